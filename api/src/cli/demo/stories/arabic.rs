//! Stories in Arabic.

use docket_domain::ticket::Priority;

use super::Turn::{Agent as A, Customer as C, Note as N};
use super::{Goods, Language::Arabic, Story};

pub(super) const STORIES: &[Story] = &[
    Story {
        language: Arabic,
        goods: Goods::Any,
        subject: "لم يصل طلبي {o}",
        category: "delivery",
        department: 0,
        priority: Priority::Medium,
        tags: &[],
        rating: 5,
        comment: Some("رد سريع وخدمة ممتازة."),
        turns: &[
            C(
                "السلام عليكم،\n\nطلبت {p} قبل أسبوعين (رقم الطلب {o}) ولم يصل حتى الآن. هل يمكنكم معرفة مكانه؟\n\nشكرًا\n{n}",
            ),
            A(
                "وعليكم السلام {n}،\n\nنعتذر عن التأخير. الشحنة وصلت إلى مدينتك أمس. هل رقم هاتفك لدى شركة الشحن صحيح؟\n\n{a}",
            ),
            C("نعم، الرقم صحيح."),
            A("ممتاز. سيصلك الطلب **غدًا بين العاشرة صباحًا والثانية ظهرًا**."),
            C("وصل اليوم، شكرًا جزيلًا!"),
        ],
    },
    Story {
        language: Arabic,
        goods: Goods::Lights,
        subject: "{p} لا يعمل",
        category: "technical",
        department: 2,
        priority: Priority::High,
        tags: &["hardware"],
        rating: 4,
        comment: None,
        turns: &[
            C("توقف الضوء عن العمل فجأة بعد شهر من الاستخدام. جربت مقبسًا آخر دون فائدة."),
            A("نأسف لذلك. هل يمكنك تجربة الآتي؟\n\n1. فصل القابس عشر ثوانٍ\n2. تركيب مصباح آخر\n3. الضغط مطولًا على الزر"),
            C("جربت كل شيء ولم يتغير شيء."),
            N("ضمن الضمان، أُرسل بديل."),
            A("شكرًا على المحاولة. المنتج ضمن الضمان وسنرسل لك بديلًا اليوم."),
            C("وصل البديل ويعمل جيدًا."),
        ],
    },
    Story {
        language: Arabic,
        goods: Goods::Any,
        subject: "خُصم المبلغ مرتين للطلب {o}",
        category: "billing",
        department: 1,
        priority: Priority::High,
        tags: &["refund"],
        rating: 5,
        comment: None,
        turns: &[
            C("خُصم ثمن الطلب {o} مرتين من بطاقتي. أرجو إعادة أحد المبلغين."),
            A("أهلًا {n}، رأيت العمليتين وأعدت المبلغ الثاني الآن. يصل خلال يومين إلى أربعة أيام عمل."),
            C("شكرًا على السرعة."),
        ],
    },
];
