using System.Diagnostics;
using Npgsql;
using ProdReady.ServiceDefaults.Tests.Telemetry.Otlp;
using ProdReady.Testing;
using StackExchange.Redis;

namespace ProdReady.ServiceDefaults.Tests.Telemetry;

/// <summary>One trace across two services, a database, a cache and a third party.</summary>
[Collection(nameof(TelemetryCollection))]
public sealed class TraceTests(DataStores stores) : IAsyncLifetime
{
    private TestDatabase _database = null!;
    private Collector _collector = null!;
    private ServiceApp _service = null!;
    private ServiceApp _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await stores.CreateDatabaseAsync();
        _collector = await Collector.StartAsync();
        _service = await ServiceApp.StartAsync(
            Settings(),
            builder =>
            {
                builder.AddPostgres();
                builder.AddRedis();
            },
            app =>
            {
                app.MapPost("/payments", PayAsync);
                app.MapGet("/bank", () => "paid");
            });
        // Connecting takes its time on a busy machine, and no command waits for it
        var redis = _service.App.Services.GetRequiredService<IConnectionMultiplexer>();
        await Eventually.ReadAsync(() => Task.FromResult(redis.IsConnected), connected => connected);
        _gateway = await ServiceApp.StartAsync(Settings(), map: app => app.MapPost("/checkout", ForwardAsync));
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _service.DisposeAsync();
        await _collector.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task One_request_is_one_trace_whose_parents_are_its_callers()
    {
        var trace = await PostAsync("/checkout");
        var spans = await ReadAsync(trace, all => all.Any(span => span.Name == "MULTI") && all.Any(span => span.ParentId.Length == 0));

        var checkout = Assert.Single(spans, span => span is { Kind: ReceivedSpan.Server, Name: "POST /checkout" });
        var caller = Assert.Single(spans, span => span.Id == checkout.ParentId);
        Assert.Empty(caller.ParentId);
        var forward = Assert.Single(Children(checkout));
        Assert.Equal(ReceivedSpan.Client, forward.Kind);
        var payment = Assert.Single(Children(forward));
        Assert.Equal("POST /payments", payment.Name);

        var inner = Children(payment);
        var query = Assert.Single(inner, span => span.Attributes.GetValueOrDefault("db.query.text") == "SELECT count(*) FROM pg_class WHERE relname = $1");
        Assert.Equal(("postgresql", _database.Name), (query.Attributes["db.system.name"], query.Attributes["db.namespace"]));
        var set = Assert.Single(inner, span => span.Name == "SET");
        Assert.Equal(ReceivedSpan.Client, set.Kind);
        Assert.Equal(
            ("redis", "SET", "0"),
            (set.Attributes["db.system.name"], set.Attributes["db.operation.name"], set.Attributes["db.namespace"]));
        Assert.StartsWith(
            stores.RedisConnectionString.Split(',')[0],
            $"{set.Attributes["server.address"]}:{set.Attributes["server.port"]}",
            StringComparison.Ordinal);
        Assert.DoesNotContain("error.type", set.Attributes.Keys);
        Assert.Single(inner, span => span.Name == "MULTI");
        Assert.Single(inner, span => span.Name is "EVAL" or "EVALSHA");
        var call = Assert.Single(inner, span => span.Attributes.GetValueOrDefault("url.full")?.EndsWith("/bank", StringComparison.Ordinal) == true);
        Assert.Equal("GET /bank", Assert.Single(Children(call)).Name);

        IReadOnlyList<ReceivedSpan> Children(ReceivedSpan parent) => [.. spans.Where(span => span.ParentId == parent.Id)];
    }

    [Fact]
    public async Task Commands_under_way_at_once_keep_their_own_parents()
    {
        var traces = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => PostAsync("/checkout")));

        foreach (var trace in traces)
        {
            var spans = await ReadAsync(trace, all => all.Any(span => span.Name == "SET") && all.Any(span => span.Name == "POST /payments"));
            var payment = Assert.Single(spans, span => span.Name == "POST /payments");
            Assert.Equal(payment.Id, Assert.Single(spans, span => span.Name == "SET").ParentId);
        }
    }

    [Fact]
    public async Task Neither_keys_nor_values_nor_scripts_leave_the_process()
    {
        var trace = await PostAsync("/checkout");
        await ReadAsync(trace, all => all.Any(span => span.Name is "EVAL" or "EVALSHA"));

        Assert.DoesNotContain(_collector.Exports, export => export.Contains("the-key") || export.Contains("the-value") || export.Contains("the-script"));
    }

    private static async Task<string> PayAsync(
        HttpContext context, NpgsqlDataSource postgres, IConnectionMultiplexer redis, IHttpClientFactory clients)
    {
        await using var command = postgres.CreateCommand("SELECT count(*) FROM pg_class WHERE relname = $1");
        command.Parameters.Add(new() { Value = "the-value" });
        await command.ExecuteScalarAsync(context.RequestAborted);

        var database = redis.GetDatabase();
        var prefix = DataStores.CreateRedisPrefix();
        await database.StringSetAsync(prefix + "the-key", "the-value");
        await database.ScriptEvaluateAsync("return 'the-script'", [prefix + "the-key"]);
        var transaction = database.CreateTransaction();
        _ = transaction.StringIncrementAsync(prefix + "the-key-1");
        _ = transaction.StringIncrementAsync(prefix + "the-key-2");
        await transaction.ExecuteAsync();

        using var client = clients.CreateClient();
        await client.GetStringAsync($"http://{context.Request.Host}/bank", context.RequestAborted);
        return Activity.Current!.TraceId.ToHexString();
    }

    private async Task<string> ForwardAsync(HttpContext context, IHttpClientFactory clients)
    {
        using var client = clients.CreateClient();
        using var response = await client.PostAsync(new Uri(_service.Client.BaseAddress!, "/payments"), null, context.RequestAborted);
        return await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync(context.RequestAborted);
    }

    private async Task<string> PostAsync(string path)
    {
        using var response = await _gateway.Client.PostAsync(path, null, TestContext.Current.CancellationToken);
        return await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    private Task<List<ReceivedSpan>> ReadAsync(string trace, Func<List<ReceivedSpan>, bool> done) => Eventually.ReadAsync(
        () => Task.FromResult(_collector.Spans().Where(span => span.TraceId == trace).ToList()), done);

    private Dictionary<string, string?> Settings() => new()
    {
        ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = _collector.GrpcUrl,
        ["ConnectionStrings:prodready"] = _database.ConnectionString,
        ["ConnectionStrings:redis"] = stores.RedisConnectionString,
    };
}
