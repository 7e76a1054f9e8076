namespace ProdReady.Documentation.Tests.Configuration;

/// <summary>What the page says in its own words.</summary>
internal static class Introductions
{
    /// <summary>The first chapter.</summary>
    public const string EveryService = "Every service";

    /// <summary>The chapters of the services.</summary>
    public const string Gateway = "The gateway", Webhooks = "The webhook service", Notifications = "The notification service", Backups = "The backup service";

    /// <summary>The last chapter.</summary>
    public const string OtherVariables = "Connection strings and other variables";

    /// <summary>The head of the page.</summary>
    public const string Page =
        """
        # Configuration

        Every setting of the four services. This page is made from their source, and a test fails when it is out of date. The
        variables that most people need are in [.env.example](../.env.example), with an example of each.

        ## Where settings come from

        The first of these that has a setting wins:

        1. **The command line** of a service: `--Proxy:Retries:MaxRetries=1`.
        2. **An environment variable with the key's own name**, `__` in place of each `:`, such as `Proxy__Retries__MaxRetries=1`. It
           works for every key on this page.
        3. **A variable with a short name**, such as `DATABASE_URL`. It stands below its key here. A secret can stand in a file instead:
           `DATABASE_URL_FILE=/run/secrets/database_url`, as Docker and Kubernetes mount them; "or `_FILE`" says which can. Both at once stop
           the start.
        4. **`appsettings.{Environment}.json`**, then **`appsettings.json`** in the service's folder, with a nested object for each part of the
           key. The environment is that of `ASPNETCORE_ENVIRONMENT`: `Production`, unless it says otherwise.
        5. **The default** on this page.

        `./prodready up` reads `.env` too: a variable that is already set wins over the file. A variable that is set but blank counts as not
        set where it has a short name.

        In a key, `{name}` is a name that you choose, and `{n}` counts the entries of a list from 0: `Clients:TrustedProxies:0`, or
        `Clients__TrustedProxies__0` as a variable. Durations are written `hours:minutes:seconds`, with days in front and fractions of a second
        behind: `00:00:30` is 30 s, `7.00:00:00` is 7 days, `00:00:00.250` is 250 ms. Sizes are in bytes, without a unit. Case does not matter
        in keys, names of sources, and named values.

        A wrong setting stops the start with exit code 78 and one message that holds every failure, each with its key and an example.
        The gateway also takes changes of its files while it runs, except where it says "Read at start"; a wrong change is refused as a whole.
        The others read their settings at start, but for `Logging:LogLevel`.

        ## Contents

        """;

    /// <summary>What a chapter begins with.</summary>
    public static string Of(string chapter) => chapter switch
    {
        EveryService =>
            "What all of them read. .NET's own settings hold besides, such as `Logging:LogLevel:{category}`, `ASPNETCORE_URLS` and `Kestrel`; more "
            + "of logs and telemetry: [ServiceDefaults](../ServiceDefaults/README.md). `Queues:{name}` is `sms` and `sms_codes` in the notification "
            + "service, with a concurrency of 96 and 32 by default, and `delivery_{destination}` in the webhook service (`_` for each `-`), with its "
            + "destination's.",
        Gateway =>
            "Routes and clusters are YARP's own section, `ReverseProxy`: [docs/proxy.md](proxy.md). The routes and limits that it has without "
            + "further settings are in [appsettings.json](../Gateway/appsettings.json). Limits are explained in "
            + "[docs/rate-limits.md](rate-limits.md), headers in [docs/security-headers.md](security-headers.md).",
        Webhooks =>
            "Providers, and how to describe another: [docs/webhook-sources.md](webhook-sources.md). Where events go: "
            + "[docs/webhook-delivery.md](webhook-delivery.md).",
        Notifications =>
            "More of sending: [docs/notifications-sending.md](notifications-sending.md); of accounts, senders and callbacks: "
            + "[docs/notifications-callbacks.md](notifications-callbacks.md); of codes: "
            + "[docs/notifications-verifications.md](notifications-verifications.md).",
        Backups => "More of point in time: [docs/backup-point-in-time.md](backup-point-in-time.md); of restores: [docs/restore.md](restore.md).",
        OtherVariables =>
            "Those of no options class: connection strings, the tools', and OpenTelemetry's own. Where there is a second line, it is the key of the "
            + "configuration.",
        _ => throw new ArgumentOutOfRangeException(nameof(chapter), chapter, "This chapter has no introduction."),
    };
}
