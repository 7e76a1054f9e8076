using Aspire.Hosting.Docker.Resources.ComposeNodes;

namespace ProdReady.AppHost;

/// <summary>Postgres and Redis on the same host. With managed ones, leave the two services out and put their URLs into the secrets.</summary>
internal static class ComposeDataStores
{
    private static readonly string RedisPassword = ComposeSecrets.PathOf("REDIS_PASSWORD");

    public static void Describe(Service service)
    {
        ComposeHardening.Apply(service, "999:999");
        // Docker refuses to create a container that may take more processors than its host has
        service.Deploy = new() { Resources = new() { Limits = new() { Cpus = "1.0", Memory = "1G" } } };
        if (service.Name == "postgres")
        {
            service.Environment = new()
            {
                ["POSTGRES_DB"] = "prodready",
                ["POSTGRES_PASSWORD_FILE"] = ComposeSecrets.PathOf("POSTGRES_PASSWORD"),
            };
            service.Secrets.Add(new() { Source = ComposeSecrets.FileOf("POSTGRES_PASSWORD") });
            // One replica of each service can take about a hundred, which is all that there is by default
            service.Command = ["postgres", "-c", "max_connections=200"];
            service.Tmpfs.Add("/run/postgresql:uid=999,gid=999");
            service.Healthcheck = Check("pg_isready -q -U postgres -d prodready");
        }
        else
        {
            service.Environment = [];
            service.Secrets.Add(new() { Source = ComposeSecrets.FileOf("REDIS_PASSWORD") });
            // By a file in memory: arguments are seen by every process
            service.Entrypoint = ["sh", "-c"];
            service.Command =
            [
                $"umask 077; {{ echo 'save 60 1'; echo 'dir /data'; printf 'requirepass %s\\n' \"$$(cat {RedisPassword})\"; }} > /tmp/redis.conf; exec redis-server /tmp/redis.conf",
            ];
            service.Healthcheck = Check($"REDISCLI_AUTH=\"$$(cat {RedisPassword})\" redis-cli ping | grep -q PONG");
        }
    }

    private static Aspire.Hosting.Docker.Resources.ServiceNodes.Healthcheck Check(string command) => new()
    {
        Test = ["CMD-SHELL", command],
        Interval = "5s",
        Timeout = "5s",
        Retries = 5,
        StartPeriod = "30s",
    };
}
