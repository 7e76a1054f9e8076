using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using ProdReady.AppHost;
using ProdReady.ServiceDefaults.Configuration;

namespace ProdReady.Stack.Tests;

/// <summary>What the graph says, looked at without starting it.</summary>
public sealed class AspireModelTests
{
    private static readonly string[] Services = ["backups", "gateway", "notifications", "webhooks"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_gateway_refers_to_every_service_and_nobody_refers_to_it()
    {
        await using var builder = await BuilderAsync();

        var references = builder.Resources.OfType<ProjectResource>().ToDictionary(
            service => service.Name,
            service => service.Annotations.OfType<ResourceRelationshipAnnotation>()
                .Where(relationship => relationship.Type == "Reference" && relationship.Resource is not ParameterResource)
                .Select(relationship => relationship.Resource.Name).Order(StringComparer.Ordinal).ToArray());

        Assert.Equal(Services, references.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["backups", "notifications", "prodready", "redis", "webhooks"], references["gateway"]);
        Assert.All(["backups", "notifications", "webhooks"], name => Assert.Equal(["prodready"], references[name]));
    }

    [Fact]
    public async Task Every_service_waits_for_its_data_stores_and_only_the_gateway_is_outside()
    {
        await using var builder = await BuilderAsync();

        Assert.All(builder.Resources.OfType<ProjectResource>(), service =>
        {
            var waits = service.Annotations.OfType<WaitAnnotation>().Select(wait => (wait.Resource.Name, wait.WaitType)).Order();
            // A container's database brings its server along
            string[] expected = service.Name == "gateway" ? ["prodready", "redis"] : ["prodready"];
            Assert.Equal(expected.Select(name => (name, WaitType.WaitUntilHealthy)), waits.Where(wait => wait.Name != "postgres"));
            var endpoint = Assert.Single(service.Annotations.OfType<EndpointAnnotation>());
            Assert.Equal(("http", service.Name == "gateway"), (endpoint.UriScheme, endpoint.IsExternal));
            Assert.Single(service.Annotations.OfType<HealthCheckAnnotation>());
        });
    }

    [Fact]
    public async Task Every_secret_is_a_parameter_that_the_dashboard_hides_and_that_may_stay_empty()
    {
        await using var builder = await BuilderAsync();
        var parameters = builder.Resources.OfType<ParameterResource>().ToDictionary(parameter => parameter.Name);

        string[] wired = ["DATABASE_URL", "DIRECT_URL", "REDIS_URL", "PRODREADY_ADMIN_KEY"];
        foreach (var secret in EnvironmentNames.All.Where(name => name.IsSecret && !wired.Contains(name.Name) && !name.Name.StartsWith("OTEL_", StringComparison.Ordinal)))
        {
            var parameter = parameters[secret.Name.ToLowerInvariant().Replace('_', '-')];
            Assert.True(parameter.Secret, parameter.Name);
            Assert.NotNull(await parameter.GetValueAsync(Cancellation));
        }

        Assert.True(parameters["admin-key"].Secret);
        Assert.False(parameters["upstream-url"].Secret);
    }

    [Fact]
    public async Task A_service_gets_its_own_secrets_and_not_the_others()
    {
        await using var builder = await BuilderAsync();
        await using var application = await builder.BuildAsync(Cancellation);

        Assert.Equal(["PRODREADY_ADMIN_KEY", "SENTRY_DSN"], await SecretsOfAsync("gateway"));
        Assert.Equal(
            ["PRODREADY_ADMIN_KEY", "SENTRY_DSN", "TWILIO_AUTH_TOKEN", "TWILIO_AUTH_TOKEN_SECONDARY", "VERIFICATION_KEYS"],
            await SecretsOfAsync("notifications"));
        Assert.Equal(
            [
                "BACKUP_ENCRYPTION_KEY", "BACKUP_S3_ACCESS_KEY_ID", "BACKUP_S3_SECRET_ACCESS_KEY", "PRODREADY_ADMIN_KEY", "SENTRY_DSN",
            ],
            await SecretsOfAsync("backups"));
        var webhooks = await SecretsOfAsync("webhooks");
        Assert.Contains("STRIPE_WEBHOOK_SECRET", webhooks);
        // Twilio signs its callbacks with it
        Assert.Contains("TWILIO_AUTH_TOKEN", webhooks);
        Assert.DoesNotContain("VERIFICATION_KEYS", webhooks);

        async Task<IEnumerable<string>> SecretsOfAsync(string name)
        {
            var service = builder.Resources.OfType<ProjectResource>().Single(resource => resource.Name == name);
            var variables = new Dictionary<string, object>();
            foreach (var annotation in service.Annotations.OfType<EnvironmentCallbackAnnotation>())
            {
                // Those of endpoints need a started stack; settings do not
                var context = new EnvironmentCallbackContext(builder.ExecutionContext, service, variables, Cancellation);
                await annotation.Callback(context);
            }

            // OTEL_ is Aspire's: its key to the dashboard, kept among this person's user secrets once a dashboard has run
            return variables.Where(variable => variable.Value is not "").Select(variable => variable.Key)
                .Where(variable => !variable.StartsWith("OTEL_", StringComparison.Ordinal)
                    && EnvironmentNames.All.Any(known => known.IsSecret && known.Name == variable))
                .Order(StringComparer.Ordinal);
        }
    }

    [Fact]
    public async Task The_dashboard_has_a_button_for_what_operators_do_by_hand()
    {
        await using var builder = await BuilderAsync();

        var buttons = builder.Resources.OfType<ProjectResource>().SelectMany(service => service.Annotations.OfType<ResourceCommandAnnotation>()
            .Select(command => $"{service.Name}: {command.DisplayName}"));
        Assert.Superset(
            new HashSet<string>
            {
                "backups: Run backup now", "backups: Verify latest backup", "gateway: Clear the cache", "gateway: Create an API key",
                "notifications: Send a test SMS", "webhooks: Replay dead letters",
            },
            buttons.ToHashSet());
    }

    [Fact]
    public async Task Replicas_are_set_by_configuration_and_a_wrong_number_is_refused()
    {
        await using var builder = await BuilderAsync("--Replicas:Gateway", "3", "--Replicas:Webhooks", "2");

        Assert.Equal(
            [("backups", 1), ("gateway", 3), ("notifications", 1), ("webhooks", 2)],
            builder.Resources.OfType<ProjectResource>()
                .Select(service => (service.Name, service.Annotations.OfType<ReplicaAnnotation>().Last().Replicas)).Order());
        await Assert.ThrowsAnyAsync<Exception>(() => BuilderAsync("--Replicas:Gateway", "many"));
    }

    [Fact]
    public async Task One_process_listens_itself_and_several_are_behind_a_proxy()
    {
        await using var builder = await BuilderAsync("--Replicas:Webhooks", "2");

        var endpoints = builder.Resources.OfType<ProjectResource>().ToDictionary(
            service => service.Name, service => service.Annotations.OfType<EndpointAnnotation>().Single());
        Assert.True(endpoints["webhooks"].IsProxied);
        Assert.Null(endpoints["webhooks"].TargetPort);
        string[] single = ["backups", "gateway", "notifications"];
        Assert.All(single, name => Assert.False(endpoints[name].IsProxied));
        Assert.Equal(single.Length, single.Select(name => endpoints[name].Port!.Value).Distinct().Count());
    }

    [Theory]
    [InlineData("pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", 15, "15")]
    [InlineData("pg_dump (PostgreSQL) 17beta1", 17, "17")]
    [InlineData("pg_dump (PostgreSQL) 14.24", 14, "14")]
    [InlineData("pg_dump (PostgreSQL) 18.6", 18, "18.6")]
    [InlineData("pg_dump (PostgreSQL) 19.0", 18, "18.6")]
    // Too old for what BackupWorker needs: it says so itself
    [InlineData("pg_dump (PostgreSQL) 13.2", 18, "18.6")]
    [InlineData("", 18, "18.6")]
    public void The_container_is_of_a_version_that_this_machine_can_back_up(string version, int major, string tag)
    {
        Assert.Equal(major, PostgresImage.MajorFor(version));
        Assert.Equal(tag, PostgresImage.Tag(major));
    }

    [Theory]
    [InlineData("FailedToStart", true)]
    [InlineData("Exited", true)]
    [InlineData("Starting", false)]
    [InlineData("Running", false)]
    [InlineData(null, false)]
    public async Task A_data_store_that_has_ended_ends_the_start(string? state, bool ends)
    {
        await using var builder = await BuilderAsync();

        Assert.Equal(ends, ServiceStarts.HasFailed(new ContainerResource("postgres"), state));
        Assert.All(builder.Resources.OfType<ProjectResource>(), service => Assert.Equal(ends, ServiceStarts.HasFailed(service, state)));
        // Parameters and connection strings end as soon as they are known
        Assert.All(builder.Resources.OfType<ParameterResource>(), parameter => Assert.False(ServiceStarts.HasFailed(parameter, state)));
    }

    private static Task<IDistributedApplicationTestingBuilder> BuilderAsync(params string[] arguments) =>
        DistributedApplicationTestingBuilder.CreateAsync<Projects.AppHost>(
            ["--state", Path.Combine(Path.GetTempPath(), $"prodready-model-{Guid.NewGuid():N}"), .. arguments], Cancellation);
}
