using ProdReady.ServiceDefaults.Configuration;
using ProdReady.Standalone.Processes;
using ProdReady.Testing;
using YamlDotNet.RepresentationModel;

namespace ProdReady.Stack.Tests;

/// <summary>The compose file as <c>--operation publish</c> writes it.</summary>
public sealed class ComposeFileTests(ComposeFileFixture published) : IClassFixture<ComposeFileFixture>
{
    private static readonly string[] Own = ["backups", "gateway", "notifications", "webhooks"];

    [Fact]
    public void It_has_the_four_services_and_their_data_stores() =>
        Assert.Equal(
            ["backups", "gateway", "notifications", "postgres", "redis", "webhooks"],
            published.Services.Keys.Order(StringComparer.Ordinal));

    /// <summary>As the image of BackupWorker is made on, whose pg_dump must not be older.</summary>
    [Fact]
    public void Postgres_is_of_the_version_that_backups_are_made_with() =>
        Assert.Equal("docker.io/library/postgres:18.6", Text(published.Services["postgres"], "image"));

    [Fact]
    public void Only_the_gateway_publishes_ports_one_for_each_replica()
    {
        Assert.Equal("8080-8082:8080", Assert.Single(Texts(published.Services["gateway"], "ports")));
        Assert.All(
            published.Services.Where(service => service.Key != "gateway"),
            service => Assert.False(service.Value.Children.ContainsKey("ports"), service.Key));
        Assert.Equal("3", Text(published.Services["gateway"], "deploy", "replicas"));
        Assert.Equal("1", Text(published.Services["webhooks"], "deploy", "replicas"));
    }

    [Fact]
    public void No_secret_is_in_it_each_is_a_file_for_those_who_read_it()
    {
        var files = ((YamlMappingNode)published.Root["secrets"]).Children.ToDictionary(
            secret => secret.Key.ToString(), secret => Text((YamlMappingNode)secret.Value, "file"));
        Assert.Equal(
            [
                "backup_encryption_key", "database_url", "postgres_password", "prodready_admin_key", "redis_password", "redis_url", "sentry_dsn",
                "twilio_auth_token", "verification_keys",
            ],
            files.Keys.Order(StringComparer.Ordinal));
        Assert.All(files, file => Assert.Equal($"./secrets/{file.Key}", file.Value));
        foreach (var (name, service) in published.Services)
        {
            var environment = Environment(service);
            Assert.DoesNotContain(environment.Keys, variable => EnvironmentNames.All.Any(known => known.IsSecret && known.Name == variable));
            Assert.DoesNotContain(environment, variable => variable.Key.Contains("ConnectionStrings", StringComparison.Ordinal));
            var given = Sources(service);
            Assert.Equal(
                given.Select(secret => $"/run/secrets/{secret}").Order(StringComparer.Ordinal),
                name == "redis"
                    ? ["/run/secrets/redis_password"]
                    : environment.Where(variable => variable.Key.EndsWith("_FILE", StringComparison.Ordinal)).Select(variable => variable.Value).Order(StringComparer.Ordinal));
        }

        Assert.Equal(["database_url", "prodready_admin_key", "redis_url", "sentry_dsn"], Sources(published.Services["gateway"]).Order(StringComparer.Ordinal));
        Assert.DoesNotContain("verification_keys", Sources(published.Services["webhooks"]));
        Assert.Contains("twilio_auth_token", Sources(published.Services["webhooks"]));
    }

    [Fact]
    public void Every_container_is_healthy_limited_restarted_and_can_do_next_to_nothing() =>
        Assert.All(published.Services, pair =>
        {
            var service = pair.Value;
            Assert.NotEmpty(Texts((YamlMappingNode)service["healthcheck"], "test"));
            Assert.Equal("unless-stopped", Text(service, "restart"));
            Assert.Equal("true", Text(service, "read_only"));
            Assert.StartsWith("/tmp", Texts(service, "tmpfs")[0], StringComparison.Ordinal);
            Assert.Equal(["ALL"], Texts(service, "cap_drop"));
            Assert.Equal(["no-new-privileges:true"], Texts(service, "security_opt"));
            Assert.DoesNotMatch("^0|root", Text(service, "user"));
            Assert.NotEmpty(Text(service, "deploy", "resources", "limits", "memory"));
            // Docker creates no container that may take more processors than its host has
            Assert.Equal("1.0", Text(service, "deploy", "resources", "limits", "cpus"));
            Assert.Equal(("50m", "5"), (Text(service, "logging", "options", "max-size"), Text(service, "logging", "options", "max-file")));
        });

    [Fact]
    public void Services_wait_for_the_data_stores_that_they_cannot_do_without()
    {
        foreach (var name in Own)
        {
            var waits = ((YamlMappingNode)published.Services[name]["depends_on"]).Children.ToDictionary(
                wait => wait.Key.ToString(), wait => Text((YamlMappingNode)wait.Value, "condition"));
            Assert.Equal(name == "gateway" ? ["postgres", "redis"] : ["postgres"], waits.Keys.Order(StringComparer.Ordinal));
            Assert.All(waits.Values, condition => Assert.Equal(name == "gateway" ? "service_started" : "service_healthy", condition));
        }
    }

    [Fact]
    public void Every_volume_is_declared_and_named_whatever_the_checkout()
    {
        var declared = ((YamlMappingNode)published.Root["volumes"]).Children.Keys.Select(name => name.ToString()).Order(StringComparer.Ordinal);
        var used = published.Services.Values
            .Where(service => service.Children.ContainsKey("volumes"))
            .SelectMany(service => ((YamlSequenceNode)service["volumes"]).Select(volume => Text((YamlMappingNode)volume, "source")))
            .Order(StringComparer.Ordinal);

        Assert.Equal(["backups", "postgres", "redis"], declared);
        Assert.Equal(declared, used);
    }

    [Fact]
    public async Task A_secret_that_does_not_exist_is_named()
    {
        var (exitCode, output) = await ComposeFileFixture.PublishAsync(
            Path.Combine(Path.GetTempPath(), $"prodready-compose-{Guid.NewGuid():N}"), "--Secrets", "SENTRY_DNS");

        Assert.Equal(1, exitCode);
        Assert.Contains("--Secrets names SENTRY_DNS, which .env.example does not have as a secret.", output, StringComparison.Ordinal);
    }

    private static Dictionary<string, string> Environment(YamlMappingNode service) => service.Children.TryGetValue("environment", out var node)
        ? ((YamlMappingNode)node).Children.ToDictionary(variable => variable.Key.ToString(), variable => variable.Value.ToString())
        : [];

    private static List<string> Sources(YamlMappingNode service) =>
        [.. ((YamlSequenceNode)service["secrets"]).Select(secret => Text((YamlMappingNode)secret, "source"))];

    private static List<string> Texts(YamlMappingNode node, string key) => [.. ((YamlSequenceNode)node[key]).Select(item => item.ToString())];

    private static string Text(YamlNode node, params string[] path) => path.Aggregate(node, (at, key) => at[key]).ToString();
}

/// <summary>One publish of the AppHost, as a person would.</summary>
public sealed class ComposeFileFixture : IAsyncLifetime
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"prodready-compose-{Guid.NewGuid():N}");

    public YamlMappingNode Root { get; private set; } = null!;

    public Dictionary<string, YamlMappingNode> Services { get; private set; } = [];

    public static Task<(int ExitCode, string Output)> PublishAsync(string folder, params string[] arguments) => Programs.RunAsync(
        new()
        {
            Name = "publish",
            FileName = "dotnet",
            Arguments =
            [
                "run", "--project", "AppHost", "--no-build", "--no-launch-profile", "--",
                "--operation", "publish", "--step", "publish", "--output-path", folder, .. arguments,
            ],
            WorkingDirectory = Checkout.Directory,
        },
        TestContext.Current.CancellationToken);

    public async ValueTask InitializeAsync()
    {
        var (exitCode, output) = await PublishAsync(_folder, "--Replicas:Gateway", "3", "--Secrets", "SENTRY_DSN,TWILIO_AUTH_TOKEN");
        Assert.True(exitCode == 0, output);
        using var file = File.OpenText(Path.Combine(_folder, "docker-compose.yaml"));
        var stream = new YamlStream();
        stream.Load(file);
        Root = (YamlMappingNode)stream.Documents[0].RootNode;
        Services = ((YamlMappingNode)Root["services"]).Children.ToDictionary(
            service => service.Key.ToString(), service => (YamlMappingNode)service.Value);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
