using Aspire.Hosting.Docker.Resources.ComposeNodes;

namespace ProdReady.AppHost;

/// <summary>What holds for every container: no root, no capability, nothing to write on but memory and its volume, started again when it ends.</summary>
internal static class ComposeHardening
{
    public static void Apply(Service service, string user)
    {
        service.Restart = "unless-stopped";
        service.User = user;
        service.ReadOnly = true;
        service.Tmpfs = ["/tmp"];
        service.CapDrop = ["ALL"];
        service.SecurityOpt = ["no-new-privileges:true"];
        // A line a request would fill the disk that the data is on
        service.Logging = new() { Driver = "json-file", Options = new() { ["max-size"] = "50m", ["max-file"] = "5" } };
        // Longer than any of them takes to finish what it has begun
        service.StopGracePeriod = "45s";
    }
}
