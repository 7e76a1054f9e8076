using System.Reflection;

namespace ProdReady.Standalone.Stack;

/// <summary>One of the four services, or another program of the solution.</summary>
/// <param name="Name">Its name for service discovery and in logs.</param>
/// <param name="Project">Its project.</param>
internal sealed record ServiceDefinition(string Name, string Project)
{
    public static readonly ServiceDefinition Gateway = new("gateway", "Gateway");
    public static readonly ServiceDefinition Webhooks = new("webhooks", "Webhooks");
    public static readonly ServiceDefinition Notifications = new("notifications", "Notifications");
    public static readonly ServiceDefinition Backups = new("backups", "BackupWorker");

    /// <summary>Those behind the gateway.</summary>
    public static readonly IReadOnlyList<ServiceDefinition> Inner = [Webhooks, Notifications, Backups];

    /// <summary>The built assembly, of the same configuration as this one.</summary>
    public string Assembly
    {
        get
        {
            var path = Path.Combine(Checkout, Project, "bin", Configuration, "net10.0", $"{Project}.dll");
            return File.Exists(path)
                ? path
                : throw new StackException($"{Project} is not built. Run: dotnet build ProdReady.sln");
        }
    }

    private static string Configuration =>
        typeof(ServiceDefinition).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()?.Configuration ?? "Debug";

    /// <summary>The folder that holds the solution, found upwards from this program.</summary>
    public static string Checkout
    {
        get
        {
            for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
            {
                if (File.Exists(Path.Combine(directory.FullName, "ProdReady.sln")))
                {
                    return directory.FullName;
                }
            }

            throw new StackException($"No ProdReady.sln in or above {AppContext.BaseDirectory}: Standalone runs from a checkout.");
        }
    }
}
