using System.Globalization;
using StackExchange.Redis;

namespace ProdReady.ServiceDefaults.Configuration;

/// <summary>Makes StackExchange.Redis' options of a <c>redis://</c> or <c>rediss://</c> (TLS) URL.</summary>
internal static class RedisUrl
{
    private const int DefaultPort = 6379;

    /// <summary>Other clients' names where StackExchange.Redis has other ones.</summary>
    private static readonly Dictionary<string, string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["clientName"] = "name",
        ["client_name"] = "name",
        ["database"] = "defaultDatabase",
        ["db"] = "defaultDatabase",
    };

    /// <summary>The ones that make sense in a URL, for "did you mean".</summary>
    private static readonly string[] OwnNames =
    [
        "asyncTimeout", "channelPrefix", "checkCertificateRevocation", "connectRetry", "connectTimeout", "defaultDatabase", "keepAlive",
        "name", "protocol", "resolveDns", "serviceName", "sslHost", "sslProtocols", "syncTimeout",
    ];

    /// <exception cref="MalformedUrlException">The message completes "REDIS_URL ...", and never quotes it.</exception>
    public static ConfigurationOptions Parse(string value)
    {
        var url = UrlParts.Parse(value);
        if (url.Scheme is not ("redis" or "rediss"))
        {
            throw new MalformedUrlException("must start with redis:// or rediss://");
        }

        var options = FromQuery(url.Options);
        options.User = url.User ?? options.User;
        options.Password = url.Password ?? options.Password;
        options.Ssl = url.Scheme == "rediss";
        if (url.Path.Length > 0)
        {
            options.DefaultDatabase = int.TryParse(url.Path, NumberStyles.None, CultureInfo.InvariantCulture, out var database)
                ? database
                : throw new MalformedUrlException("has a path that is not the number of a database. Example: /0");
        }

        foreach (var (name, port) in url.Hosts)
        {
            options.EndPoints.Add(name, port > 0 ? port : DefaultPort);
        }

        return options;
    }

    private static ConfigurationOptions FromQuery(IReadOnlyList<(string Key, string Value)> query)
    {
        var options = new List<string>();
        foreach (var (key, value) in query)
        {
            var name = Names.GetValueOrDefault(key, key);
            // A comma would start another option, for which the library has no escape
            if (value.Contains(',', StringComparison.Ordinal) || !TryParse($"{name}={value}"))
            {
                throw OwnNames.Contains(name, StringComparer.OrdinalIgnoreCase)
                    ? OptionName.Unreadable(key)
                    : OptionName.Unknown(key, [.. OwnNames, .. Names.Keys], "StackExchange.Redis");
            }

            options.Add($"{name}={value}");
        }

        return options.Count == 0 ? new ConfigurationOptions() : ConfigurationOptions.Parse(string.Join(',', options));
    }

    private static bool TryParse(string option)
    {
        try
        {
            ConfigurationOptions.Parse(option);
            return true;
        }
        catch (ArgumentException)
        {
            // The driver's message quotes the option
            return false;
        }
    }
}
