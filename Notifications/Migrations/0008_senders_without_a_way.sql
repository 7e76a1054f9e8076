-- The senders that have no way to the recipient, by the provider's word: they are not asked again when the message has to wait for another
ALTER TABLE notifications.messages ADD COLUMN not_routable text[] NOT NULL DEFAULT '{}';
