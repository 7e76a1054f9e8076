using System.Text.Json;
using ProdReady.Testing;

namespace ProdReady.Documentation.Tests.Development;

/// <summary>What <c>dotnet run</c> and IDEs start one service with.</summary>
public sealed class LaunchProfileTests
{
    private static readonly string[] Inner = ["Webhooks", "Notifications", "BackupWorker"];

    [Fact]
    public void Every_service_has_a_port_of_its_own()
    {
        var urls = Inner.Append("Gateway").Select(project => EnvironmentOf(project)["ASPNETCORE_URLS"]).ToList();

        Assert.Distinct(urls);
        Assert.All(urls, url => Assert.StartsWith("http://localhost:508", url, StringComparison.Ordinal));
    }

    [Fact]
    public void The_gateway_finds_the_others_where_they_listen()
    {
        var gateway = EnvironmentOf("Gateway");

        Assert.Equal(
            Inner.Select(project => EnvironmentOf(project)["ASPNETCORE_URLS"]),
            ((string[])["webhooks", "notifications", "backups"]).Select(name => gateway[$"services__{name}__http__0"]));
    }

    /// <remarks>
    /// Aspire makes an endpoint of a profile's <c>applicationUrl</c>, which would collide with the one that the AppHost adds itself. And
    /// <c>DOTNET_ENVIRONMENT</c> would also hold for BackupWorker's command line.
    /// </remarks>
    [Theory]
    [InlineData("Gateway")]
    [InlineData("Webhooks")]
    [InlineData("Notifications")]
    [InlineData("BackupWorker")]
    public void A_profile_says_no_more_than_that_it_is_development_and_where(string project)
    {
        var profile = Assert.Single(ProfilesOf(project));

        Assert.Equal("http", profile.Name);
        Assert.Equal(["commandName", "environmentVariables"], profile.Value.EnumerateObject().Select(setting => setting.Name));
        Assert.Equal("Development", EnvironmentOf(project)["ASPNETCORE_ENVIRONMENT"]);
        Assert.DoesNotContain("DOTNET_ENVIRONMENT", EnvironmentOf(project).Keys);
    }

    private static Dictionary<string, string> EnvironmentOf(string project) =>
        Assert.Single(ProfilesOf(project)).Value.GetProperty("environmentVariables").Deserialize<Dictionary<string, string>>()!;

    private static IReadOnlyList<JsonProperty> ProfilesOf(string project) =>
        [.. JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Path.Combine(Checkout.Directory, project, "Properties", "launchSettings.json")))
            .GetProperty("profiles").EnumerateObject()];
}
