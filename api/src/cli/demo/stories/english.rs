//! Stories in English.

use docket_domain::ticket::Priority;

use super::Turn::{Agent as A, Customer as C, Note as N};
use super::{Goods, Language::English, Story};

pub(super) const STORIES: &[Story] = &[
    Story {
        language: English,
        goods: Goods::Any,
        subject: "Where is my {p}?",
        category: "delivery",
        department: 0,
        priority: Priority::Medium,
        tags: &[],
        rating: 5,
        comment: Some("Straight answer, and it came the next day."),
        turns: &[
            C(
                "Hello,\n\nI ordered the {p} two weeks ago (order {o}). Tracking has said \"in transit\" for nine days now. \
               Can you find out where it is?\n\nThanks\n{n}",
            ),
            A("Hi {n},\n\nthat is far too long, I'm sorry. I've opened a search with the carrier for order **{o}**. \
               They answer within two working days.\n\nCould you confirm that the address on the order is still right?\n\n{a}"),
            C("Yes, the address is correct. There is always somebody at home."),
            N("Carrier: parcel was sorted into the wrong depot, on the van tomorrow. Ref 4471-A."),
            A("Good news: the parcel had gone to the wrong depot and is on the van for tomorrow between 9 and 13. \
               I've refunded the delivery fee for the wait."),
            C("It arrived this morning, everything in one piece. Thank you!"),
        ],
    },
    Story {
        language: English,
        goods: Goods::Lights,
        subject: "{p} flickers since yesterday",
        category: "technical",
        department: 2,
        priority: Priority::High,
        tags: &["hardware"],
        rating: 4,
        comment: None,
        turns: &[
            C("The {p} started to flicker last night and makes a faint buzzing noise. It is four months old. \
               Is it safe to leave it plugged in?"),
            A(
                "Hi {n}, please unplug it for now, just to be safe.\n\nThen try this:\n\n1. Use another wall socket, without a dimmer.\n\
               2. Tighten the bulb a quarter turn.\n3. Switch it on for ten minutes.\n\nDoes it still flicker?",
            ),
            C("Same thing in the kitchen socket. With a different bulb it flickers too."),
            N("Third flicker report for batch 23-09 this month. Asked Priya to tell purchasing."),
            A(
                "Thank you for testing so carefully. That points to the driver in the base, which is covered by the warranty. \
               A replacement leaves our warehouse today; you'll get the tracking number by email. Please recycle the old one locally.",
            ),
            C("Great service, thanks. I'll let you know if the new one behaves."),
        ],
    },
    Story {
        language: English,
        goods: Goods::Any,
        subject: "Charged twice for order {o}",
        category: "billing",
        department: 1,
        priority: Priority::High,
        tags: &["refund"],
        rating: 5,
        comment: Some("Sorted within the hour."),
        turns: &[
            C(
                "My card statement shows the same amount twice on the same day for order {o}. Please refund one of them.",
            ),
            A(
                "Hello {n}, I can see both payments. The second one was a retry after the first answer from your bank got lost. \
               I've just refunded it: depending on your bank it takes **two to four working days**.",
            ),
            C("That was quick. I'll keep an eye on the statement."),
        ],
    },
    Story {
        language: English,
        goods: Goods::Any,
        subject: "Invoice for {o} without our VAT number",
        category: "billing",
        department: 1,
        priority: Priority::Low,
        tags: &["invoice", "business"],
        rating: 4,
        comment: None,
        turns: &[
            C(
                "Our accountant needs our VAT number on the invoice for order {o}. It is GB 123 4567 89. Can you issue it again?",
            ),
            A(
                "Of course. I've added it to your account, so future invoices carry it as well. The corrected invoice is \
               under [your orders](https://shop.lumen-and-oak.example/orders).",
            ),
            C("Found it, perfect."),
        ],
    },
    Story {
        language: English,
        goods: Goods::Furniture,
        subject: "Screws missing: {p}",
        category: "returns",
        department: 0,
        priority: Priority::Medium,
        tags: &["spare-parts"],
        rating: 5,
        comment: Some("A real person who read my message."),
        turns: &[
            C(
                "The bag with the screws (part C) was not in the box of the {p}, so it is lying in pieces on my living-room floor.",
            ),
            A(
                "Oh no! Sorry, {n}. Could you tell me the number printed below the bar code on the manual? Then I can send the right set.",
            ),
            C("It says `LO-5520-C rev 2`."),
            A(
                "Thank you. Set C for rev 2 goes out with today's post in a padded envelope and should be with you in two days.",
            ),
            N("Voucher of 10 added, they were very kind about it."),
            C("The screws came and the thing is standing. Thanks for the voucher too!"),
        ],
    },
    Story {
        language: English,
        goods: Goods::Any,
        subject: "I'd like to return the {p}",
        category: "returns",
        department: 0,
        priority: Priority::Medium,
        tags: &["return"],
        rating: 4,
        comment: None,
        turns: &[
            C("The {p} is lovely but too big for our hallway. I've kept the packaging. How do I send it back?"),
            A("No problem at all. Your return label is attached to the confirmation email I've just sent.\n\n\
               - Put everything back into the original box\n- Stick the label over the old one\n- Any parcel shop takes it\n\n\
               We refund within three working days of its arrival. Is that all right?"),
            C("Dropped it off today, receipt number 88120."),
            A("It's here and in perfect condition. The refund is on its way to your card."),
            C("Received. Thank you."),
        ],
    },
    Story {
        language: English,
        goods: Goods::Any,
        subject: "Cannot sign in to see order {o}",
        category: "account",
        department: 2,
        priority: Priority::Medium,
        tags: &["login"],
        rating: 3,
        comment: Some("Worked in the end, but the reset page is confusing."),
        turns: &[
            C("The page says my password is wrong and the reset mail does not come, not even into spam."),
            A(
                "Hi {n}, there are two accounts with similar addresses: one ends in `.co`, without the `m`. Could it be that \
               you signed up with a typing error?",
            ),
            C("Embarrassing. Yes, that's me."),
            A("It happens every week. I've corrected the address; please ask for the reset mail once more."),
            C("I'm in. Thanks for not laughing."),
        ],
    },
    Story {
        language: English,
        goods: Goods::Lights,
        subject: "Business orders of the {p} fail in all our stores",
        category: "technical",
        department: 2,
        priority: Priority::Urgent,
        tags: &["business", "vip"],
        rating: 5,
        comment: Some("Called us back before we could call again."),
        turns: &[
            C(
                "None of our eleven stores can place orders for the {p} since eight this morning: \"Something went wrong (E-207)\". \
               We lose money every minute.",
            ),
            N("E-207 = price list of business customers. Deployed at 07:50. Rolling back now."),
            A(
                "We see it too. It affects business price lists since an update at 07:50, and we are rolling it back right now. \
               I'll write again within 30 minutes.",
            ),
            A("Orders work again. Could you please confirm from one of your stores?"),
            C("Confirmed from three stores. Please tell us next time before you deploy in the morning."),
            A("You're right, and we've changed that: updates to the business shop now happen on Sunday evenings. \
               Everything you tried to order is still in the baskets."),
        ],
    },
    Story {
        language: English,
        goods: Goods::Any,
        subject: "Change the delivery address of {o}",
        category: "delivery",
        department: 0,
        priority: Priority::Medium,
        tags: &[],
        rating: 5,
        comment: None,
        turns: &[
            C(
                "I've just ordered ({o}) and noticed that the address is my old one. It should go to 14 Harbour Lane instead of 3 Mill Road.",
            ),
            A(
                "Caught in time: the parcel hadn't left yet. It goes to **14 Harbour Lane** now, and I've made that your default address.",
            ),
            C("Brilliant, thank you."),
        ],
    },
    Story {
        language: English,
        goods: Goods::Any,
        subject: "Refund for {o} has not arrived",
        category: "billing",
        department: 1,
        priority: Priority::High,
        tags: &["refund"],
        rating: 2,
        comment: Some("It took three messages to get my own money back."),
        turns: &[
            C("You confirmed the refund for {o} two weeks ago, but nothing has arrived."),
            A("Thank you for your patience. I'm checking with our payment provider and will come back to you."),
            C("Is there any news on this?"),
            A(
                "Yes: the refund was sent to a card that has expired. Could you give us the last four digits of the card you use now?",
            ),
            C("I don't want to send card numbers by mail. Is there another way?"),
            A(
                "Understood, and a good rule. I've sent you a secure form from our payment provider instead; it asks for your bank account and nothing else.",
            ),
            C("Done. The money is there."),
        ],
    },
    Story {
        language: English,
        goods: Goods::Lights,
        subject: "Is the {p} dimmable?",
        category: "technical",
        department: 2,
        priority: Priority::Low,
        tags: &["pre-sale"],
        rating: 5,
        comment: None,
        turns: &[
            C("Before I order: can I use the {p} with a normal wall dimmer?"),
            A("Good question! With **trailing-edge** dimmers yes, with old leading-edge ones it hums. \
               If your dimmer says *RC* or *LED* on the front, you're fine."),
            C("It says LED. Ordered two!"),
        ],
    },
    Story {
        language: English,
        goods: Goods::Furniture,
        subject: "{p} arrived with a scratch",
        category: "returns",
        department: 0,
        priority: Priority::Medium,
        tags: &["damage"],
        rating: 4,
        comment: Some("Fair offer, friendly people."),
        turns: &[
            C(
                "The {p} came today and has a scratch across the top, about a hand wide. The box looked fine from outside.",
            ),
            A("That's a pity, I'm sorry. Would you rather have **a replacement top**, or keep it with **20 % back**?"),
            C("It's going against the wall anyway. I'd take the 20 %."),
            A("Thank you. The refund is booked and you'll see it in a few days."),
        ],
    },
    Story {
        language: English,
        goods: Goods::Lights,
        subject: "Wish: a warmer bulb for the {p}",
        category: "feedback",
        department: 2,
        priority: Priority::Low,
        tags: &["idea"],
        rating: 5,
        comment: None,
        turns: &[
            C(
                "Everything works. It would be lovely if the {p} came with a 2200 K bulb as an option; 3000 K is a bit cold for the evening.",
            ),
            A("Thank you, {n}! I've passed it on to the product team, where it is the fourth vote this quarter. \
               Until then any E27 bulb up to 9 W fits."),
            C("Good to know. Keep it up!"),
        ],
    },
    Story {
        language: English,
        goods: Goods::Any,
        subject: "Gift wrapping and a card for {o}?",
        category: "delivery",
        department: 0,
        priority: Priority::Low,
        tags: &["gift"],
        rating: 5,
        comment: Some("They even wrote the card by hand."),
        turns: &[
            C(
                "The {p} is a birthday present for my sister. Can you wrap it and put in a card that says \"Happy 40th, from all of us\"?",
            ),
            A(
                "With pleasure. The warehouse will wrap it in the blue paper and write the card. No price will be in the box.",
            ),
            C("You're the best."),
        ],
    },
];
