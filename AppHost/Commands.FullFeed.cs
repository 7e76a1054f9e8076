using System.Net.Http.Json;
using System.Text.Json;

namespace ProdReady.AppHost;

/// <summary>The buttons on the dashboard: what an operator does with a key and curl, by one click.</summary>
internal static class Commands
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static IResourceBuilder<ProjectResource> WithBackupCommands(
        this IResourceBuilder<ProjectResource> backups, IResourceBuilder<ParameterResource> key) => backups
        .WithOperatorCommand(key, "Run backup now", "/backups", new()
        {
            Description = "Backs up every database now.",
            IconName = "DatabaseArrowDown",
            IsHighlighted = true,
        })
        .WithOperatorCommand(key, "Verify latest backup", "/backups/latest/verify", new()
        {
            Description = "Reads every copy of the newest backup as a whole.",
            IconName = "ShieldCheckmark",
        });

    public static IResourceBuilder<ProjectResource> WithReplayCommand(
        this IResourceBuilder<ProjectResource> webhooks, IResourceBuilder<ParameterResource> key) => webhooks.WithOperatorCommand(
        key,
        "Replay dead letters",
        "/webhooks/replays",
        new()
        {
            Description = "Delivers every event again that no try has brought to its destination.",
            IconName = "ArrowRepeatAll",
            ConfirmationMessage = "Deliver every dead event again?",
        },
        _ => new { reason = "From the dashboard", filter = new { status = "dead" } });

    public static IResourceBuilder<ProjectResource> WithTestMessageCommand(
        this IResourceBuilder<ProjectResource> notifications, IResourceBuilder<ParameterResource> key) => notifications.WithOperatorCommand(
        key,
        "Send a test SMS",
        "/notifications/sms",
        new()
        {
            Description = "Sends one message, which costs money where Twilio sends.",
            IconName = "Chat",
            Arguments =
            [
                new() { Name = "to", Label = "To", InputType = InputType.Text, Required = true, Placeholder = "+2348031234567" },
                new() { Name = "body", Label = "Text", InputType = InputType.Text, Required = true, Value = "A test of ProdReady" },
            ],
        },
        arguments => new { to = arguments["to"].Value, body = arguments["body"].Value });

    public static IResourceBuilder<ProjectResource> WithApiKeyCommand(
        this IResourceBuilder<ProjectResource> gateway, IResourceBuilder<ParameterResource> key) => gateway.WithOperatorCommand(
        key,
        "Create an API key",
        "/admin/api-keys",
        new()
        {
            Description = "Makes a key, and shows it once.",
            IconName = "Key",
            Arguments =
            [
                new() { Name = "name", Label = "Name", InputType = InputType.Text, Required = true, Placeholder = "shop" },
                new()
                {
                    Name = "scopes", Label = "Scopes, with commas", InputType = InputType.Text, Required = true, Value = "notifications:send",
                },
            ],
        },
        arguments => new
        {
            name = arguments["name"].Value,
            scopes = (arguments["scopes"].Value ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
        });

    /// <summary>The entries of every service's cache; limits and keys, which are in Redis too, stay.</summary>
    public static IResourceBuilder<ProjectResource> WithClearCacheCommand(
        this IResourceBuilder<ProjectResource> gateway, IResourceBuilder<IResourceWithConnectionString> redis) => gateway.WithCommand(
        "clear-the-cache",
        "Clear the cache",
        async context => await CacheClearing.RunAsync(
            await redis.Resource.GetConnectionStringAsync(context.CancellationToken), context.CancellationToken),
        new() { Description = "Removes the entries of every service's cache.", IconName = "Broom" });

    /// <summary>A request with the admin key; its answer, a problem too, is shown as it is.</summary>
    private static IResourceBuilder<ProjectResource> WithOperatorCommand(
        this IResourceBuilder<ProjectResource> service,
        IResourceBuilder<ParameterResource> key,
        string title,
        string path,
        HttpCommandOptions options,
        Func<InteractionInputCollection, object>? body = null)
    {
        options.PrepareRequest = async context =>
        {
            context.Request.Headers.Add("X-Api-Key", await key.Resource.GetValueAsync(context.CancellationToken));
            if (body is not null)
            {
                context.Request.Headers.Add("Idempotency-Key", $"{Guid.NewGuid()}");
                context.Request.Content = JsonContent.Create(body(context.Arguments));
            }
        };
        options.GetCommandResult = async context =>
        {
            var answer = await context.Response.Content.ReadAsStringAsync(context.CancellationToken);
            var (message, text) = Describe(answer);
            return context.Response.IsSuccessStatusCode
                ? CommandResults.Success(message ?? "Done.", text, CommandResultFormat.Json, displayImmediately: true)
                : CommandResults.Failure(message ?? $"The service answered {(int)context.Response.StatusCode}.", text, CommandResultFormat.Json);
        };
        return service.WithHttpCommand(path, title, endpointName: "http", commandName: title.ToLowerInvariant().Replace(' ', '-'), commandOptions: options);
    }

    /// <summary>What a problem says, and the answer in a form to read.</summary>
    private static (string? Message, string Text) Describe(string answer)
    {
        try
        {
            using var document = JsonDocument.Parse(answer);
            return (
                document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("detail", out var detail) ? detail.GetString() : null,
                JsonSerializer.Serialize(document.RootElement, Indented));
        }
        catch (JsonException)
        {
            return (null, answer);
        }
    }
}
