-- Which messages of people were acted on, so that a repeated callback changes nothing. Their texts are kept nowhere.
CREATE TABLE notifications.inbound_messages (
    provider_id text PRIMARY KEY,
    received_at timestamptz NOT NULL
);
CREATE INDEX inbound_messages_received_at ON notifications.inbound_messages (received_at);
