//! Stories in Spanish.

use docket_domain::ticket::Priority;

use super::Turn::{Agent as A, Customer as C, Note as N};
use super::{Goods, Language::Spanish, Story};

pub(super) const STORIES: &[Story] = &[
    Story {
        language: Spanish,
        goods: Goods::Any,
        subject: "¿Dónde está mi pedido {o}?",
        category: "delivery",
        department: 0,
        priority: Priority::Medium,
        tags: &[],
        rating: 5,
        comment: Some("Muy amable, todo resuelto."),
        turns: &[
            C(
                "Hola:\n\nhice el pedido {o} ({p}) hace diez días y todavía no ha llegado. ¿Me pueden decir dónde está?\n\nGracias,\n{n}",
            ),
            A("Hola, {n}:\n\nsiento la espera. El paquete está en la oficina de reparto de su ciudad desde ayer. \
               ¿Prefiere que lo entreguen por la tarde?\n\nUn saludo,\n{a}"),
            C("Sí, a partir de las cinco, por favor."),
            A("Perfecto: **mañana entre las 17 y las 20 h**."),
            C("Ya lo tengo. ¡Muchas gracias!"),
        ],
    },
    Story {
        language: Spanish,
        goods: Goods::Lights,
        subject: "La {p} hace un zumbido",
        category: "technical",
        department: 2,
        priority: Priority::Medium,
        tags: &["hardware"],
        rating: 4,
        comment: None,
        turns: &[
            C("Desde que la pongo al mínimo se oye un zumbido bastante molesto. ¿Es normal?"),
            A("No debería. ¿Qué regulador tiene en la pared? Suele haber una etiqueta con *R*, *RL* o *LED*."),
            C("Pone RL."),
            A(
                "Ahí está la causa: ese regulador no es para LED. Le recomiendo:\n\n- uno de corte de fase final, o\n- la bombilla que le enviamos gratis, que funciona con ambos.\n\n\
               ¿Cuál prefiere?",
            ),
            C("La bombilla, gracias."),
            N("Bombilla compatible enviada con el pedido de hoy."),
        ],
    },
    Story {
        language: Spanish,
        goods: Goods::Any,
        subject: "Devolución del pedido {o}",
        category: "returns",
        department: 0,
        priority: Priority::Medium,
        tags: &["return"],
        rating: 4,
        comment: Some("Fácil y rápido."),
        turns: &[
            C("Quisiera devolver lo que compré ({p}); no queda bien en el salón. ¿Cómo lo hago?"),
            A(
                "Sin problema. Le acabo de enviar la etiqueta por correo electrónico; entregue el paquete en cualquier oficina de su zona.",
            ),
            C("Entregado esta mañana."),
            A("Recibido en perfecto estado. El reembolso le llegará en dos o tres días."),
        ],
    },
    Story {
        language: Spanish,
        goods: Goods::Any,
        subject: "Necesito la factura de {o}",
        category: "billing",
        department: 1,
        priority: Priority::Low,
        tags: &["invoice"],
        rating: 5,
        comment: None,
        turns: &[
            C("Buenos días, ¿me pueden enviar la factura del pedido {o} con mi NIF?"),
            A("Buenos días, {n}. Ya está en [sus pedidos](https://shop.lumen-and-oak.example/pedidos), con el NIF."),
            C("Estupendo, gracias."),
        ],
    },
    Story {
        language: Spanish,
        goods: Goods::Furniture,
        subject: "Falta una pieza: {p}",
        category: "returns",
        department: 0,
        priority: Priority::High,
        tags: &["spare-parts"],
        rating: 2,
        comment: Some("Tardaron dos días en contestar."),
        turns: &[
            C("En la caja falta la balda central y no puedo terminar de montarla. Tengo visita el sábado."),
            A("Lo siento mucho. ¿Me dice el número que aparece debajo del código de barras?"),
            C("LO-7714, revisión 1."),
            A("La balda sale hoy por mensajería urgente y le llega antes del sábado."),
            C("Llegó el viernes. Bien, pero la próxima vez contesten antes."),
        ],
    },
];
