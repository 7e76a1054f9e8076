using ProdReady.ServiceDefaults.Configuration;

namespace ProdReady.Standalone.Commands;

/// <summary>The settings of whoever called the command.</summary>
internal static class CallerSettings
{
    /// <summary>
    /// All that are set, by name. Secrets that stand in files are read here, so that a wrong path is told before anything starts.
    /// </summary>
    /// <exception cref="StackException">A secret's file cannot be used.</exception>
    public static Dictionary<string, string?> Read()
    {
        var settings = new Dictionary<string, string?>();
        foreach (var name in EnvironmentNames.All)
        {
            if (!name.TryRead(Environment.GetEnvironmentVariable, out var value, out var error))
            {
                throw new StackException($"{error}.");
            }

            if (value is not null)
            {
                settings[name.Name] = value;
            }
        }

        return settings;
    }
}
