namespace ProdReady.ServiceDefaults.Configuration;

/// <summary>
/// Every environment variable that any part reads, in one table. A test keeps it equal to <c>.env.example</c>.
/// </summary>
public static class EnvironmentNames
{
    /// <summary>All variables, in the order in which <c>.env.example</c> documents them.</summary>
    public static IReadOnlyList<EnvironmentName> All { get; } =
    [
        // data stores
        new("DATABASE_URL", "ConnectionStrings:prodready", IsSecret: true),
        new("DIRECT_URL", "ConnectionStrings:prodready-direct", IsSecret: true),
        new("REDIS_URL", "ConnectionStrings:redis", IsSecret: true),

        // access
        new("PRODREADY_ADMIN_KEY", "ApiKeys:AdminKey", IsSecret: true),

        // gateway
        new("UPSTREAM_URL", "ReverseProxy:Clusters:upstream:Destinations:default:Address"),
        new("GATEWAY_PORT"),
        new("FIREBASE_PROJECT_ID", "Tokens:FirebaseProjectId"),

        // webhooks
        new("STRIPE_WEBHOOK_SECRET", "Webhooks:Sources:stripe:Secret", IsSecret: true),
        new("RELOADLY_WEBHOOK_SECRET", "Webhooks:Sources:reloadly:Secret", IsSecret: true),
        new("PAYSTACK_SECRET_KEY", "Webhooks:Sources:paystack:Secret", IsSecret: true),
        new("FLUTTERWAVE_SECRET_HASH", "Webhooks:Sources:flutterwave:Secret", IsSecret: true),
        new("MAILGUN_WEBHOOK_SIGNING_KEY", "Webhooks:Sources:mailgun:Secret", IsSecret: true),
        new("WEBHOOKS_ENCRYPTION_KEYS", "Webhooks:Encryption:Keys", IsSecret: true),

        // notifications
        new("TWILIO_ACCOUNT_SID", "Twilio:AccountSid"),
        new("TWILIO_AUTH_TOKEN", "Twilio:AuthToken", IsSecret: true, "Webhooks:Sources:twilio:Secret"),
        new("TWILIO_AUTH_TOKEN_SECONDARY", "Twilio:SecondaryAuthToken", IsSecret: true),
        new("TWILIO_FROM_NUMBER", "Twilio:FromNumber"),
        new("TWILIO_MESSAGING_SERVICE_SID", "Twilio:MessagingServiceSid"),
        new("TWILIO_BASE_URL", "Twilio:BaseUrl"),
        new("TWILIO_LOOKUP_BASE_URL", "Lookup:BaseUrl"),
        new("VERIFICATION_KEYS", "Verifications:Keys", IsSecret: true),
        new("SMS_PROVIDER", "Sms:Provider"),
        new("PUBLIC_URL", "Callbacks:PublicUrl"),
        new("TWILIO_VERIFY_SERVICE_SID", "Verifications:TwilioVerify:ServiceSid"),
        new("TWILIO_VERIFY_BASE_URL", "Verifications:TwilioVerify:BaseUrl"),

        // backups
        new("BACKUP_DIR", "Backups:Directory"),
        new("BACKUP_ENCRYPTION_KEY", "Backups:Encryption:Keys", IsSecret: true),
        new("BACKUP_COMPRESSION", "Backups:Archives:Compression"),
        new("BACKUP_SCHEDULE", "Backups:Schedule:Cron"),
        new("BACKUP_DRILL_SCHEDULE", "Backups:Schedule:DrillCron"),
        new("BACKUP_TIMEZONE", "Backups:Schedule:TimeZone"),
        new("RETENTION_DAYS", "Backups:Retention:Days"),
        new("BACKUP_POINT_IN_TIME", "Backups:PointInTime:Enabled"),
        new("BACKUP_BASE_SCHEDULE", "Backups:PointInTime:Cron"),
        new("BACKUP_S3_BUCKET", "Backups:S3:Bucket"),
        new("BACKUP_S3_PREFIX", "Backups:S3:Prefix"),
        new("BACKUP_S3_ENDPOINT", "Backups:S3:Endpoint"),
        new("BACKUP_S3_REGION", "Backups:S3:Region"),
        new("BACKUP_S3_ACCESS_KEY_ID", "Backups:S3:AccessKeyId", IsSecret: true),
        new("BACKUP_S3_SECRET_ACCESS_KEY", "Backups:S3:SecretAccessKey", IsSecret: true),
        new("POSTGRES_BIN", "Postgres:Bin"),

        // error tracking
        new("SENTRY_DSN", "Sentry:Dsn", IsSecret: true),
        new("SENTRY_ENABLE_DEV", "Sentry:EnableInDevelopment"),
        new("SENTRY_RELEASE", "Sentry:Release"),
        new("SENTRY_ENVIRONMENT", "Sentry:Environment"),

        // telemetry; the names of the OpenTelemetry specification, read as they are
        new("OTEL_EXPORTER_OTLP_ENDPOINT"),
        new("OTEL_EXPORTER_OTLP_PROTOCOL"),
        new("OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS", IsSecret: true),
        new("OTEL_EXPORTER_OTLP_TIMEOUT"),
        new("OTEL_EXPORTER_OTLP_COMPRESSION"),
        new("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"),
        new("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"),
        new("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_HEADERS", IsSecret: true),
        new("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT"),
        new("OTEL_EXPORTER_OTLP_TRACES_COMPRESSION"),
        new("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"),
        new("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL"),
        new("OTEL_EXPORTER_OTLP_METRICS_HEADERS", "OTEL_EXPORTER_OTLP_METRICS_HEADERS", IsSecret: true),
        new("OTEL_EXPORTER_OTLP_METRICS_TIMEOUT"),
        new("OTEL_EXPORTER_OTLP_METRICS_COMPRESSION"),
        new("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT"),
        new("OTEL_EXPORTER_OTLP_LOGS_PROTOCOL"),
        new("OTEL_EXPORTER_OTLP_LOGS_HEADERS", "OTEL_EXPORTER_OTLP_LOGS_HEADERS", IsSecret: true),
        new("OTEL_EXPORTER_OTLP_LOGS_TIMEOUT"),
        new("OTEL_EXPORTER_OTLP_LOGS_COMPRESSION"),
        new("OTEL_EXPORTER_OTLP_CERTIFICATE"),
        new("OTEL_EXPORTER_OTLP_CLIENT_KEY"),
        new("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE"),
        new("OTEL_TRACES_EXPORTER"),
        new("OTEL_METRICS_EXPORTER"),
        new("OTEL_LOGS_EXPORTER"),
        new("OTEL_TRACES_SAMPLER"),
        new("OTEL_TRACES_SAMPLER_ARG"),
        new("OTEL_SDK_DISABLED"),
        new("OTEL_SERVICE_NAME"),
        new("OTEL_RESOURCE_ATTRIBUTES"),
        new("NO_COLOR"),
        new("METRICS_PORT", "Metrics:Port"),
        new("METRICS_HOST", "Metrics:Host"),

        // the script and the tests
        new("PRODREADY_STATE"),
        new("TEST_POSTGRES"),
        new("TEST_REDIS"),
        new("PRODREADY_LONG"),
        new("BENCH_BACKUP_MB"),
    ];
}
