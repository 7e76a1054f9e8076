using System.Globalization;
using Npgsql;

namespace ProdReady.BackupWorker.PostgresTools;

/// <summary>
/// A connection as libpq's environment variables: the password must not be on a command line, which every user of the
/// machine can read.
/// </summary>
internal static class LibpqEnvironment
{
    private const string Prefix = "PG";
    private const string PasswordFile = "PGPASSFILE";

    /// <summary>Translates connection settings.</summary>
    /// <param name="settings">Who connects to what, and how.</param>
    /// <param name="server">An open connection, whose server of several is the one to take.</param>
    public static Dictionary<string, string> From(NpgsqlConnectionStringBuilder settings, NpgsqlConnection server)
    {
        var variables = new Dictionary<string, string?>
        {
            ["PGHOST"] = server.Host,
            ["PGPORT"] = server.Port.ToString(CultureInfo.InvariantCulture),
            ["PGUSER"] = settings.Username,
            ["PGPASSWORD"] = settings.Password,
            ["PGDATABASE"] = settings.Database,
            ["PGSSLMODE"] = SslModeOf(settings.SslMode),
            ["PGSSLROOTCERT"] = RootCertificateOf(settings),
            ["PGSSLCERT"] = settings.SslCertificate,
            ["PGSSLKEY"] = settings.SslKey,
            ["PGOPTIONS"] = settings.Options,
            ["PGPASSFILE"] = settings.Passfile,
            ["PGAPPNAME"] = settings.ApplicationName,
            ["PGCONNECT_TIMEOUT"] = settings.Timeout.ToString(CultureInfo.InvariantCulture),
        };
        return variables.Where(pair => !string.IsNullOrEmpty(pair.Value)).ToDictionary(pair => pair.Key, pair => pair.Value!);
    }

    /// <summary>
    /// Replaces libpq's variables in a child's environment. One that is left over, such as PGHOSTADDR or PGSERVICE, would
    /// send it to another server than ours; only a password file serves both.
    /// </summary>
    public static void Apply(IReadOnlyDictionary<string, string> variables, IDictionary<string, string?> environment)
    {
        var inherited = environment.Keys
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal) && name != PasswordFile)
            .ToList();
        inherited.ForEach(name => environment.Remove(name));
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
    private static string? RootCertificateOf(NpgsqlConnectionStringBuilder settings) =>
        settings.RootCertificate ?? (settings.SslMode == SslMode.VerifyFull ? "system" : null);
}
