using System.Diagnostics.CodeAnalysis;
using Npgsql;
using StackExchange.Redis;

namespace ProdReady.ServiceDefaults.Configuration;

/// <summary>
/// Reads connection strings in either form: the driver's own, or the URL that hosting platforms hand out
/// (<c>postgres://user:p%40ss@host:5432/db?sslmode=require</c>, <c>rediss://:secret@host:6380/0</c>).
/// Its errors name the problem and never the value: the value holds a password.
/// </summary>
public static class ConnectionUrl
{
    /// <summary>Reads a Postgres connection string or URL.</summary>
    /// <returns><see langword="false"/> with a sentence in <paramref name="error"/> if it cannot be used.</returns>
    public static bool TryParsePostgres(
        string? value,
        [NotNullWhen(true)] out string? connectionString,
        [NotNullWhen(false)] out string? error)
    {
        connectionString = null;
        error = null;
        if (string.IsNullOrWhiteSpace(value))
        {
            error = "is missing";
            return false;
        }

        try
        {
            var builder = value.Contains("://", StringComparison.Ordinal) ? FromUrl(value, out error) : new(value);
            if (builder is null)
            {
                error ??= "is not a URL";
                return false;
            }

            if (string.IsNullOrEmpty(builder.Host))
            {
                error = "names no host";
                return false;
            }

            connectionString = builder.ConnectionString;
            error = null;
            return true;
        }
        catch (ArgumentException)
        {
            // The driver's message can quote the value
            error = "has an option that Npgsql does not know or cannot read";
            return false;
        }
    }

    /// <summary>Reads a Redis connection string or URL.</summary>
    /// <returns><see langword="false"/> with a sentence in <paramref name="error"/> if it cannot be used.</returns>
    public static bool TryParseRedis(
        string? value,
        [NotNullWhen(true)] out ConfigurationOptions? options,
        [NotNullWhen(false)] out string? error)
    {
        options = null;
        if (string.IsNullOrWhiteSpace(value))
        {
            error = "is missing";
            return false;
        }

        try
        {
            options = value.Contains("://", StringComparison.Ordinal)
                ? RedisFromUrl(value, out error)
                : ConfigurationOptions.Parse(value);
            if (options is null)
            {
                error = "is not a redis:// or rediss:// URL";
                return false;
            }

            error = options.EndPoints.Count == 0 ? "names no host" : null;
            return error is null;
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException)
        {
            error = "has an option that StackExchange.Redis does not know or cannot read";
            return false;
        }
    }

    private static NpgsqlConnectionStringBuilder? FromUrl(string value, out string? error)
    {
        error = null;
        if (!Uri.TryCreate(value, UriKind.Absolute, out var url))
        {
            return null;
        }

        if (url.Scheme is not ("postgres" or "postgresql"))
        {
            error = "must start with postgres:// or postgresql://";
            return null;
        }

        var (user, password) = UserInfo(url);
        var builder = new NpgsqlConnectionStringBuilder
        {
            Host = url.Host,
            Port = url.Port > 0 ? url.Port : 5432,
            Username = user,
            Password = password,
            Database = Uri.UnescapeDataString(url.AbsolutePath.TrimStart('/')) is { Length: > 0 } name ? name : null,
        };
        foreach (var (key, option) in Query(url))
        {
            // libpq's spelling where Npgsql has another one; the rest share their names
            switch (key.ToLowerInvariant())
            {
                case "sslmode":
                    builder.SslMode = Enum.Parse<SslMode>(option.Replace("-", "", StringComparison.Ordinal), ignoreCase: true);
                    break;
                case "sslrootcert":
                    builder.RootCertificate = option;
                    break;
                case "application_name":
                    builder.ApplicationName = option;
                    break;
                case "connect_timeout":
                    builder["Timeout"] = option;
                    break;
                case "pgbouncer" or "connection_limit" or "schema":
                    // written by other languages' tools into the same URL; without meaning here
                    break;
                default:
                    builder[key] = option;
                    break;
            }
        }

        return builder;
    }

    private static ConfigurationOptions? RedisFromUrl(string value, out string? error)
    {
        error = null;
        if (!Uri.TryCreate(value, UriKind.Absolute, out var url) || url.Scheme is not ("redis" or "rediss"))
        {
            return null;
        }

        var (user, password) = UserInfo(url);
        var options = new ConfigurationOptions
        {
            User = user,
            Password = password,
            Ssl = url.Scheme == "rediss",
            DefaultDatabase = int.TryParse(url.AbsolutePath.TrimStart('/'), out var database) ? database : null,
        };
        if (url.Host.Length > 0)
        {
            options.EndPoints.Add(url.Host, url.Port > 0 ? url.Port : 6379);
        }

        return options;
    }

    private static (string? User, string? Password) UserInfo(Uri url)
    {
        var parts = url.UserInfo.Split(':', 2);
        return (Decode(parts[0]), parts.Length > 1 ? Decode(parts[1]) : null);

        static string? Decode(string part) => part.Length == 0 ? null : Uri.UnescapeDataString(part);
    }

    private static IEnumerable<(string Key, string Value)> Query(Uri url) =>
        from pair in url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries)
        let parts = pair.Split('=', 2)
        select (Uri.UnescapeDataString(parts[0]), parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "");
}
