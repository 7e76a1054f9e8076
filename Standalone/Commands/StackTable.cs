using ProdReady.ServiceDefaults.Health;
using ProdReady.Standalone.Stack;
using Spectre.Console;

namespace ProdReady.Standalone.Commands;

/// <summary>The one table that says where everything is, and how it is.</summary>
internal static class StackTable
{
    /// <summary>Asks each service and prints the table.</summary>
    /// <returns>Whether all are ready.</returns>
    public static async Task<bool> WriteAsync(StackDescription stack, StackState state)
    {
        var services = await Task.WhenAll(
            AskAsync("gateway", stack.Gateway, "the front door: /api, /webhooks, /notifications, /backups"),
            AskAsync("webhooks", stack.Webhooks, "the service itself"),
            AskAsync("notifications", stack.Notifications, "the service itself"),
            AskAsync("backups", stack.Backups, "the service itself"));
        var table = new Table().RoundedBorder()
            .AddColumn("Part", part => part.NoWrap()).AddColumn("Address", address => address.NoWrap()).AddColumn("Ready").AddColumn("What for");
        foreach (var (name, url, isReady, answer, purpose) in services)
        {
            table.AddRow(new Text(name), new Text(url), new Text(isReady ? answer : $"NO: {answer}"), new Text(purpose));
        }

        table.AddRow("dashboard", stack.Dashboard?.Url ?? "not running", "", "logs, traces and metrics");
        AnsiConsole.Write(table);
        AnsiConsole.WriteLine($"The admin key and the connection strings are in {state.DescriptionFile}");
        var away = string.Join(", ", services.Where(service => !service.IsReady).Select(service => service.Name));
        if (away.Length > 0)
        {
            AnsiConsole.WriteLine($"Not ready: {away}. Why: the dashboard, or the logs in {state.LogDirectory}");
        }

        return away.Length == 0;
    }

    private static async Task<(string Name, string Url, bool IsReady, string Answer, string Purpose)> AskAsync(
        string name, ServiceAddress service, string purpose)
    {
        var (isReady, answer) = await HealthProbe.AskAsync(service.Url);
        return (name, service.Url, isReady, answer, purpose);
    }
}
