namespace ProdReady.AppHost;

/// <summary>What <c>--operation publish</c> writes: a compose file, where the feed has what writes it.</summary>
internal static partial class ComposeFile
{
    /// <summary>Makes Docker Compose the target of a publish.</summary>
    public static void AddComposeFile(this IDistributedApplicationBuilder builder) => AddEnvironment(builder);

    static partial void AddEnvironment(IDistributedApplicationBuilder builder);
}
