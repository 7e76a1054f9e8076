using System.Globalization;
using Npgsql;

namespace ProdReady.BackupWorker.PostgresTools;

/// <summary>
/// A connection as libpq's environment variables: the password must not be on a command line, which every user of the
/// machine can read.
/// </summary>
internal static class LibpqEnvironment
{
    /// <summary>
    /// What a program may inherit. Of libpq's own variables that is a password file alone: one that is left over, such as PGHOSTADDR or
    /// PGSERVICE, would send it to another server than ours. Names of Windows, too, where programs do not start without some.
    /// </summary>
    private static readonly HashSet<string> Inherited = new(StringComparer.OrdinalIgnoreCase)
    {
        "PGPASSFILE",
        "PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "TZDIR", "TMPDIR", "TMP", "TEMP", "LD_LIBRARY_PATH",
        "SSL_CERT_FILE", "SSL_CERT_DIR", "OPENSSL_CONF", "OPENSSL_MODULES",
        "KRB5CCNAME", "KRB5_CONFIG", "KRB5_KTNAME", "KRB5_CLIENT_KTNAME",
        "SystemRoot", "SystemDrive", "windir", "ComSpec", "PATHEXT", "APPDATA", "LOCALAPPDATA", "USERPROFILE", "USERNAME",
    };

    /// <summary>
    /// Translates connection settings. Npgsql takes six that they leave open from our own environment, and so does a child: without them
    /// it would fail where we connect. None of the six leads to another server.
    /// </summary>
    /// <param name="settings">Who connects to what, and how.</param>
    /// <param name="server">An open connection, whose server of several is the one to take.</param>
    /// <param name="own">Our own environment, unless it is another one.</param>
    public static Dictionary<string, string> From(NpgsqlConnectionStringBuilder settings, NpgsqlConnection server, Func<string, string?>? own = null)
    {
        own ??= Environment.GetEnvironmentVariable;
        var variables = new Dictionary<string, string?>
        {
            ["PGHOST"] = server.Host,
            ["PGPORT"] = server.Port.ToString(CultureInfo.InvariantCulture),
            ["PGUSER"] = Or(settings.Username, "PGUSER"),
            ["PGPASSWORD"] = Or(settings.Password, "PGPASSWORD"),
            ["PGDATABASE"] = settings.Database,
            ["PGSSLMODE"] = SslModeOf(settings.SslMode),
            ["PGSSLROOTCERT"] = Or(settings.RootCertificate, "PGSSLROOTCERT") ?? RootCertificateOf(settings.SslMode),
            ["PGSSLCERT"] = Or(settings.SslCertificate, "PGSSLCERT"),
            ["PGSSLKEY"] = Or(settings.SslKey, "PGSSLKEY"),
            ["PGOPTIONS"] = Or(settings.Options, "PGOPTIONS"),
            ["PGPASSFILE"] = settings.Passfile,
            ["PGAPPNAME"] = settings.ApplicationName,
            ["PGCONNECT_TIMEOUT"] = settings.Timeout.ToString(CultureInfo.InvariantCulture),
        };
        return variables.Where(pair => !string.IsNullOrEmpty(pair.Value)).ToDictionary(pair => pair.Key, pair => pair.Value!);

        string? Or(string? setting, string name) => !string.IsNullOrEmpty(setting) ? setting : own(name) is { Length: > 0 } value ? value : null;
    }

    /// <summary>
    /// Leaves a child what it needs of our environment: keys and passwords of the service, which a core dump or a look into
    /// <c>/proc</c> would show, are none of its business.
    /// </summary>
    public static void Apply(IReadOnlyDictionary<string, string> variables, IDictionary<string, string?> environment)
    {
        var others = environment.Keys
            .Where(name => !Inherited.Contains(name) && !name.StartsWith("LC_", StringComparison.Ordinal))
            .ToList();
        others.ForEach(name => environment.Remove(name));
        foreach (var (name, value) in variables)
        {
            environment[name] = value;
        }

        // Messages are read by us, and are translated otherwise
        environment["LC_ALL"] = "C";
    }

    private static string SslModeOf(SslMode mode) => mode switch
    {
        SslMode.VerifyCA => "verify-ca",
        SslMode.VerifyFull => "verify-full",
        _ => mode.ToString().ToLowerInvariant(),
    };

    // Npgsql asks the machine's store by default; libpq only if told so, and then only for verify-full
    private static string? RootCertificateOf(SslMode mode) => mode == SslMode.VerifyFull ? "system" : null;
}
