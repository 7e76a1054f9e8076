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
        new("TWILIO_FROM_NUMBER", "Twilio:FromNumber"),
        new("TWILIO_MESSAGING_SERVICE_SID", "Twilio:MessagingServiceSid"),
        new("TWILIO_BASE_URL", "Twilio:BaseUrl"),

        // backups
        new("BACKUP_DIR", "Backups:Directory"),
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
    ];
}
