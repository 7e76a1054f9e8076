using ProdReady.Standalone.Stack;
using Spectre.Console;

namespace ProdReady.Standalone.Commands;

/// <summary>The one table that says where everything is.</summary>
internal static class StackTable
{
    public static void Write(StackDescription stack, string stackFile)
    {
        var table = new Table().RoundedBorder().AddColumns("Part", "Address", "What for");
        Add("gateway", stack.Gateway.Url, "the front door: /api, /webhooks, /notifications, /backups");
        Add("webhooks", stack.Webhooks.Url, "the service itself");
        Add("notifications", stack.Notifications.Url, "the service itself");
        Add("backups", stack.Backups.Url, "the service itself");
        Add("dashboard", stack.Dashboard?.Url ?? "not running", "logs, traces and metrics");
        AnsiConsole.Write(table);
        AnsiConsole.WriteLine($"The admin key and the connection strings are in {stackFile}");

        void Add(string part, string address, string purpose) =>
            table.AddRow(new Text(part), new Text(address), new Text(purpose));
    }
}
