using Npgsql;

namespace ProdReady.ServiceDefaults.Configuration;

/// <summary>Makes Npgsql's settings of a libpq URL.</summary>
/// <seealso href="https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS"/>
internal static class PostgresUrl
{
    private const string SslModes = "disable, allow, prefer, require, verify-ca or verify-full";

    /// <summary>libpq's names where Npgsql has other ones.</summary>
    private static readonly Dictionary<string, string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["application_name"] = "Application Name",
        ["channel_binding"] = "Channel Binding",
        ["client_encoding"] = "Client Encoding",
        ["connect_timeout"] = "Timeout",
        ["dbname"] = "Database",
        ["gssencmode"] = "GSS Encryption Mode",
        ["host"] = "Host",
        ["keepalives_idle"] = "Tcp Keepalive Time",
        ["keepalives_interval"] = "Tcp Keepalive Interval",
        ["options"] = "Options",
        ["passfile"] = "Passfile",
        ["password"] = "Password",
        ["port"] = "Port",
        ["search_path"] = "Search Path",
        ["sslcert"] = "SSL Certificate",
        ["sslkey"] = "SSL Key",
        ["sslmode"] = "SSL Mode",
        ["sslpassword"] = "SSL Password",
        ["sslrootcert"] = "Root Certificate",
        ["target_session_attrs"] = "Target Session Attributes",
        ["user"] = "Username",
    };

    /// <summary>Npgsql's own, for "did you mean".</summary>
    private static readonly string[] OwnNames =
        ["Command Timeout", "Include Error Detail", "Maximum Pool Size", "Minimum Pool Size", "Pooling", "Timeout"];

    /// <summary>Written by other languages' tools into the same URL; without meaning here.</summary>
    private static readonly HashSet<string> Ignored =
        new(["connection_limit", "fallback_application_name", "keepalives", "pgbouncer", "schema"], StringComparer.OrdinalIgnoreCase);

    /// <exception cref="MalformedUrlException">The message completes "DATABASE_URL ...", and never quotes it.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string value)
    {
        var url = UrlParts.Parse(value);
        if (url.Scheme is not ("postgres" or "postgresql"))
        {
            throw new MalformedUrlException("must start with postgres:// or postgresql://");
        }

        var builder = new NpgsqlConnectionStringBuilder
        {
            Username = url.User,
            Password = url.Password,
            Database = url.Path.Length > 0 ? url.Path : null,
        };
        if (url.Hosts.Count == 1)
        {
            builder.Host = url.Hosts[0].Name;
            builder.Port = url.Hosts[0].Port > 0 ? url.Hosts[0].Port : NpgsqlConnection.DefaultPort;
        }
        else if (url.Hosts.Count > 1)
        {
            builder.Host = string.Join(',', url.Hosts.Select(HostAndPort));
        }

        foreach (var (key, option) in url.Options)
        {
            if (!Ignored.Contains(key))
            {
                Set(builder, key, option);
            }
        }

        return builder;
    }

    private static string HostAndPort((string Name, int Port) host)
    {
        var name = host.Name.Contains(':', StringComparison.Ordinal) ? $"[{host.Name}]" : host.Name;
        return $"{name}:{(host.Port > 0 ? host.Port : NpgsqlConnection.DefaultPort)}";
    }

    private static void Set(NpgsqlConnectionStringBuilder builder, string key, string value)
    {
        var name = Names.GetValueOrDefault(key, key);
        if (!builder.ContainsKey(name))
        {
            throw OptionName.Unknown(key, [.. Names.Keys, .. OwnNames], "Npgsql");
        }

        try
        {
            var isSslMode = name.Replace(" ", "", StringComparison.Ordinal).Equals("SSLMode", StringComparison.OrdinalIgnoreCase);
            // Npgsql writes verify-full as VerifyFull
            builder[name] = isSslMode ? value.Replace("-", "", StringComparison.Ordinal) : value;
        }
        catch (ArgumentException)
        {
            // The driver's message can quote the value
            throw OptionName.Unreadable(key, name == "SSL Mode" ? SslModes : null);
        }
    }
}
