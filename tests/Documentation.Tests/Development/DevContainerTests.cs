using System.Text.Json;
using ProdReady.Testing;

namespace ProdReady.Documentation.Tests.Development;

/// <summary>What .devcontainer/devcontainer.json repeats of other files.</summary>
public sealed class DevContainerTests
{
    private static readonly JsonSerializerOptions WithComments = new() { ReadCommentHandling = JsonCommentHandling.Skip };
    private static readonly JsonElement Container = Read(".devcontainer/devcontainer.json");

    [Fact]
    public void Its_SDK_is_of_the_version_that_the_repository_asks_for()
    {
        var sdk = Version.Parse(Read("global.json").GetProperty("sdk").GetProperty("version").GetString()!);

        Assert.EndsWith($"-{sdk.Major}.{sdk.Minor}-noble", Container.GetProperty("image").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void It_forwards_the_gateway_and_the_dashboard()
    {
        var dashboard = Read("AppHost/Properties/launchSettings.json").GetProperty("profiles").GetProperty("http").GetProperty("applicationUrl");

        Assert.Equal([8080, new Uri(dashboard.GetString()!).Port], Container.GetProperty("forwardPorts").EnumerateArray().Select(port => port.GetInt32()));
    }

    private static JsonElement Read(string path) =>
        JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Path.Combine(Checkout.Directory, path)), WithComments);
}
