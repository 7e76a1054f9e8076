using ProdReady.ServiceDefaults.Configuration;

namespace ProdReady.Standalone.Stack;

/// <summary>Which service reads which of the variables, so that none is given another's secrets.</summary>
public static class ServiceSettings
{
    private static readonly Dictionary<string, string[]> Sections = new()
    {
        ["gateway"] = ["ReverseProxy", "Tokens"],
        ["webhooks"] = ["Webhooks"],
        ["notifications"] = ["Twilio", "Lookup", "Verifications", "Sms", "Callbacks"],
        ["backups"] = ["Backups", "Postgres"],
    };

    /// <summary>The variables that <paramref name="service"/> turns into configuration: its own, and those of every service.</summary>
    public static IEnumerable<EnvironmentName> Of(string service) => EnvironmentNames.All.Where(name => name.ConfigurationKeys
        .Select(key => key.Split(':')[0])
        .Any(section => Sections[service].Contains(section) || !Sections.Values.Any(sections => sections.Contains(section))));
}
