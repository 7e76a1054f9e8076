using ProdReady.ServiceDefaults.Configuration;

namespace ProdReady.Webhooks.Sources;

internal static class SettingName
{
    /// <summary>A setting of this service by both of its names: the environment variable, and the configuration key.</summary>
    public static string Of(string path)
    {
        var key = $"{WebhooksOptions.SectionName}:{path}";
        var flat = EnvironmentNames.All.FirstOrDefault(
            name => name.ConfigurationKeys.Contains(key, StringComparer.OrdinalIgnoreCase));
        return $"{flat?.Name ?? key.Replace(":", "__", StringComparison.Ordinal)} ({key})";
    }
}
