-- What Twilio Lookup said of a number: each question costs money, and lines change hands seldom
CREATE TABLE notifications.phone_number_lookups (
    -- in E.164 form
    number text PRIMARY KEY,
    line_type text,
    carrier text,
    mobile_country_code text,
    mobile_network_code text,
    looked_up_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);

CREATE INDEX phone_number_lookups_expired ON notifications.phone_number_lookups (expires_at);
