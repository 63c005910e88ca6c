//! One queue among those in the database.

use super::Message;
use crate::constants::*;
use crate::database::{fetch_all, Database};
use crate::error::Result;
use crate::types::{MessageId, Priority};
use rusqlite::params;
use serde::Serialize;

/// A queue. Messages are delivered at least once: claimed for a while, then acknowledged or seen again.
pub struct Queue<'db> {
    db: &'db Database,
    name: &'static str,
}

impl<'db> Queue<'db> {
    /// The queue of steps to carry out.
    pub fn steps(db: &'db Database) -> Self {
        Self {
            db,
            name: STEP_QUEUE,
        }
    }

    /// The queue of outcomes.
    pub fn results(db: &'db Database) -> Self {
        Self {
            db,
            name: RESULT_QUEUE,
        }
    }

    /// Sends `body`.
    pub fn send<T: Serialize>(&self, body: &T, priority: Priority) -> Result<MessageId> {
        let sql = "INSERT INTO messages (queue, body, priority, enqueued_at, visible_at)
            VALUES (?1, ?2, ?3, millrace_now(), millrace_now())";
        let text = serde_json::to_string(body)?;
        self.db
            .conn()
            .execute(sql, params![self.name, text, priority])?;
        Ok(MessageId(self.db.conn().last_insert_rowid()))
    }

    /// Claims up to `limit` messages for `lease_ms`: the most urgent, then the oldest.
    pub fn claim(&self, claimant: &str, limit: usize, lease_ms: i64) -> Result<Vec<Message>> {
        self.db.transaction(|db| {
            let rest = "WHERE queue = ?1 AND visible_at <= millrace_now()
                ORDER BY priority DESC, id LIMIT ?2";
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let mut messages: Vec<Message> = fetch_all(db, rest, params![self.name, limit])?;
            let sql = "UPDATE messages SET claimed_by = ?1, deliveries = deliveries + 1,
                visible_at = millrace_now() + ?2 WHERE id = ?3";
            for message in &mut messages {
                db.conn()
                    .execute(sql, params![claimant, lease_ms, message.id])?;
                message.deliveries += 1;
            }
            Ok(messages)
        })
    }

    /// The message is dealt with.
    pub fn acknowledge(&self, message: &Message) -> Result<()> {
        self.db
            .conn()
            .execute("DELETE FROM messages WHERE id = ?1", [message.id])?;
        Ok(())
    }

    /// Gives a claimed message back; it is seen again after `delay_ms`.
    pub(crate) fn release(&self, message: &Message, delay_ms: i64) -> Result<()> {
        let sql = "UPDATE messages SET claimed_by = NULL, visible_at = millrace_now() + ?1
            WHERE id = ?2";
        self.db.conn().execute(sql, params![delay_ms, message.id])?;
        Ok(())
    }

    /// Puts a message aside for good if it was delivered too often, and says whether it was.
    pub(crate) fn bury_if_hopeless(&self, message: &Message, reason: &str) -> Result<bool> {
        if message.deliveries < MAX_DELIVERIES {
            return Ok(false);
        }
        self.bury(message, reason)?;
        Ok(true)
    }

    /// Puts a message aside for good.
    pub fn bury(&self, message: &Message, reason: &str) -> Result<()> {
        log_event!(Warn, "message {} buried: {reason}", message.id);
        self.db.transaction(|db| {
            let sql = "INSERT INTO dead_letters (queue, body, reason, at)
                VALUES (?1, ?2, ?3, millrace_now())";
            db.conn()
                .execute(sql, params![self.name, message.body.to_string(), reason])?;
            self.acknowledge(message)
        })
    }

    /// How many messages are in the queue, claimed or not.
    pub fn depth(&self) -> Result<usize> {
        let sql = "SELECT count(*) FROM messages WHERE queue = ?1";
        self.count(sql)
    }

    /// How many of the queue's messages were put aside.
    pub fn dead_letters(&self) -> Result<usize> {
        let sql = "SELECT count(*) FROM dead_letters WHERE queue = ?1";
        self.count(sql)
    }

    fn count(&self, sql: &str) -> Result<usize> {
        Ok(self
            .db
            .conn()
            .query_row(sql, [self.name], |row| row.get(0))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support;

    #[test]
    fn urgent_messages_come_first() {
        let db = test_support::database();
        let queue = Queue::steps(&db);
        queue.send(&"slow", Priority::Low).unwrap();
        queue.send(&"usual", Priority::Normal).unwrap();
        queue.send(&"fast", Priority::High).unwrap();
        let claimed = queue.claim("me", 2, 10).unwrap();
        let bodies: Vec<String> = claimed.iter().map(|m| m.decode().unwrap()).collect();
        assert_eq!(bodies, ["fast", "usual"]);
        assert_eq!(queue.depth().unwrap(), 3);
    }

    #[test]
    fn a_lease_runs_out() {
        let (db, clock) = test_support::database_and_clock();
        let queue = Queue::steps(&db);
        queue.send(&1, Priority::Normal).unwrap();
        assert_eq!(queue.claim("a", 9, 100).unwrap().len(), 1);
        assert_eq!(queue.claim("b", 9, 100).unwrap().len(), 0);
        clock.advance(100);
        assert_eq!(queue.claim("b", 9, 100).unwrap()[0].deliveries, 2);
    }

    #[test]
    fn a_released_message_waits() {
        let (db, clock) = test_support::database_and_clock();
        let queue = Queue::results(&db);
        queue.send(&1, Priority::Normal).unwrap();
        let message = queue.claim("a", 1, 1000).unwrap().remove(0);
        queue.release(&message, 5).unwrap();
        assert!(queue.claim("a", 1, 1000).unwrap().is_empty());
        clock.advance(5);
        queue.acknowledge(&message).unwrap();
        assert_eq!(queue.depth().unwrap(), 0);
    }

    #[test]
    fn hopeless_messages_are_put_aside() {
        let db = test_support::database();
        let queue = Queue::steps(&db);
        queue.send(&"poison", Priority::Normal).unwrap();
        for delivery in 1..=MAX_DELIVERIES {
            let message = queue.claim("a", 1, 0).unwrap().remove(0);
            let buried = queue.bury_if_hopeless(&message, "again").unwrap();
            assert_eq!(buried, delivery == MAX_DELIVERIES);
        }
        assert_eq!(queue.dead_letters().unwrap(), 1);
        assert_eq!(queue.depth().unwrap(), 0);
    }
}
