//! The chats of those weeks.

use chrono::{DateTime, TimeDelta, Utc};
use docket_domain::Actor;
use serde_json::{Value, json};

use super::super::choices::moments;
use super::super::stories::{CHATS, ChatStory, Turn};
use super::super::timeline::actor_line;
use super::{History, Shopper, filled, id_of, opening, words_of};

const BROWSERS: [&str; 4] = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15",
    "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
];

impl History<'_> {
    /// Chats, the oldest first.
    pub(in crate::cli::demo) fn chats(&mut self, count: usize) -> Vec<Value> {
        let all = moments(&mut self.choices, self.now - TimeDelta::hours(1), count);
        let mut lines: Vec<(DateTime<Utc>, Value)> = all
            .into_iter()
            .enumerate()
            .map(|(number, at)| {
                let story = &CHATS[(number * 7) % CHATS.len()];
                self.chat(number, story, at)
            })
            .collect();
        lines.sort_by_key(|(at, _)| *at);
        lines.into_iter().map(|(_, line)| line).collect()
    }

    fn chat(&mut self, number: usize, story: &'static ChatStory, at: DateTime<Utc>) -> (DateTime<Utc>, Value) {
        let customer = Shopper::new(story.language, self.choices.below(64));
        // Nobody can be asked while nobody is there: what came at night came in the morning, what would be later, earlier.
        let wanted = self.calendar.due(at, self.choices.minutes(1, 90)).unwrap_or(at);
        let opened_at = if wanted < self.now - TimeDelta::hours(1) { wanted } else { self.last_open_hour() };
        let (agent, name) = self.agent_for(story.language, story.department);
        let say = |text: &str| filled(text, "", "", customer.first_name(), name);
        let (them, us) = (Actor::customer(customer.id), Actor::agent(agent));
        let mut steps = Vec::new();
        let mut step = |at: DateTime<Utc>, actor: Actor, mut step: Value| {
            step["at"] = json!(at);
            step["actor"] = actor_line(actor);
            steps.push(step);
        };
        let mut then = opened_at + self.choices.minutes(0, 3) + TimeDelta::seconds(8);
        if self.choices.chance(7) {
            step(then + TimeDelta::minutes(4), Actor::SYSTEM, json!({"action": "end", "by": "abandoned"}));
        } else {
            step(then, us, json!({"action": "accept"}));
            for turn in &story.turns[1..] {
                then += TimeDelta::seconds(9) + self.choices.minutes(0, 2);
                let by = if matches!(turn, Turn::Customer(_)) { them } else { us };
                step(then, by, json!({"action": "message", "body": say(words_of(turn))}));
            }
            then += self.choices.minutes(0, 2);
            step(then, them, json!({"action": "end", "by": "visitor"}));
            if self.choices.chance(70) {
                step(
                    then + TimeDelta::seconds(20),
                    them,
                    json!({"action": "feedback", "rating": story.rating, "comment": story.comment}),
                );
            }
        }
        let line = json!({
            "type": "chat", "id": id_of("chat", &number.to_string()), "customer": customer.line(), "opened_at": opened_at,
            "question": say(opening(story.turns)), "department": {"id": self.cast.departments[story.department]},
            "page": format!("https://shop.lumen-and-oak.example{}", story.page),
            "user_agent": self.choices.of(&BROWSERS), "history": steps,
        });
        (opened_at, line)
    }

    /// Some time in the last hour the desk was open, at least an hour ago.
    fn last_open_hour(&mut self) -> DateTime<Utc> {
        let mut at = self.now - TimeDelta::hours(1) - self.choices.minutes(1, 50);
        while self.calendar.business_seconds(at, at + TimeDelta::minutes(1)) == 0 {
            at -= TimeDelta::minutes(50);
        }
        at
    }
}
