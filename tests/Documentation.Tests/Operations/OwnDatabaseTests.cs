using System.Reflection;
using System.Text.RegularExpressions;
using Npgsql;
using ProdReady.Gateway.Proxy;
using ProdReady.Notifications.Sms;
using ProdReady.ServiceDefaults.Postgres;
using ProdReady.Testing;
using ProdReady.Webhooks.Sources;

namespace ProdReady.Documentation.Tests.Operations;

/// <summary>What <c>docs/restore.md</c> says of ProdReady's own database against the schemas as they are.</summary>
public sealed partial class OwnDatabaseTests(DataStores stores)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_to_be_run_after_a_restore_runs()
    {
        await using var database = await stores.CreateDatabaseAsync();
        foreach (var (schema, assembly) in new[]
        {
            ("gateway", typeof(ProxyOptions).Assembly),
            ("webhooks", typeof(WebhooksOptions).Assembly),
            ("notifications", typeof(SmsOptions).Assembly),
        })
        {
            await MigrateAsync(database, schema, assembly);
        }

        var before = await ScalarAsync<long>(database, "SELECT last_value FROM webhooks.positions");
        var statements = await DocumentedSql.ReadAsync();
        foreach (var statement in statements)
        {
            await using var source = NpgsqlDataSource.Create(database.ConnectionString + ";Pooling=false");
            await using var command = source.CreateCommand(statement);
            await command.ExecuteNonQueryAsync(Cancelled);
        }

        Assert.Equal(3, statements.Count);
        Assert.Equal(before + 1_000_000, await ScalarAsync<long>(database, "SELECT last_value FROM webhooks.positions"));
        // A status that is renamed would be no error, and expire nothing
        var known = await ScalarAsync<string>(
            database,
            "SELECT string_agg(pg_get_constraintdef(oid), ' ') FROM pg_constraint WHERE conrelid = 'notifications.messages'::regclass AND contype = 'c'");
        var statuses = Quoted().Matches(statements.Single(statement => statement.StartsWith("UPDATE", StringComparison.Ordinal)));
        Assert.NotEmpty(statuses);
        Assert.All(statuses, status => Assert.Contains(status.Value, known, StringComparison.Ordinal));
    }

    private static async Task MigrateAsync(TestDatabase database, string schema, Assembly assembly)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration["ConnectionStrings:prodready"] = database.ConnectionString;
        builder.Services.AddSingleton(TimeProvider.System);
        builder.AddMigrations(schema, assembly);
        using var host = builder.Build();
        await host.StartAsync(Cancelled);
        await host.StopAsync(Cancelled);
    }

    private static async Task<T> ScalarAsync<T>(TestDatabase database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(database.ConnectionString + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(Cancelled))!;
    }

    [GeneratedRegex("'[a-z]+'")]
    private static partial Regex Quoted();
}
