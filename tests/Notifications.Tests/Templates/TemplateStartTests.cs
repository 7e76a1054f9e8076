using ProdReady.Standalone.Processes;

namespace ProdReady.Notifications.Tests.Templates;

/// <summary>Runs the service as a process, since neither of these can be had in one that runs tests.</summary>
public sealed class TemplateStartTests
{
    [Fact]
    public async Task Without_ICU_the_service_does_not_start_and_says_so()
    {
        var output = await StartAsync(("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1"));
        Assert.Contains("notifications cannot start, a setting is wrong:", output, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Templates cannot be written: .NET runs globalization-invariant", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_template_stops_the_start()
    {
        var folder = Directory.CreateTempSubdirectory("prodready-templates-");
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "x.txt"), "Hello", TestContext.Current.CancellationToken);
        var output = await StartAsync(("Templates__Directory", folder.FullName), ("QuietHours__From", "9pm"));
        Assert.Contains("Template file x.txt is out of place", output, StringComparison.Ordinal);
        Assert.Contains("QuietHours:From is '9pm'", output, StringComparison.Ordinal);
        folder.Delete(recursive: true);
    }

    private static async Task<string> StartAsync(params (string Name, string Value)[] environment)
    {
        var (exitCode, output) = await Programs.RunAsync(
            new()
            {
                Name = "notifications",
                FileName = Programs.Find("dotnet")!,
                Arguments = [Path.Combine(AppContext.BaseDirectory, "Notifications.dll")],
                Environment = new Dictionary<string, string?>(environment.Select(pair => KeyValuePair.Create(pair.Name, (string?)pair.Value)))
                {
                    ["DATABASE_URL"] = "Host=127.0.0.1;Port=1",
                    ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
                },
            },
            TestContext.Current.CancellationToken);
        Assert.NotEqual(0, exitCode);
        return output;
    }
}
