using Npgsql;
using ProdReady.BackupWorker.Restoring;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Restoring;

public sealed class MaintenanceSessionTests(DataStores stores)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_database_that_takes_no_connections_is_passed_over()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var closed = fixture.Target();
        await fixture.ExecuteAsync($"CREATE DATABASE \"{closed.Name}\"");
        await fixture.ExecuteAsync($"ALTER DATABASE \"{closed.Name}\" ALLOW_CONNECTIONS false");

        await using var session = await MaintenanceSession.OpenAsync(new(closed.ConnectionString, "TEST"), [], Cancelled);

        Assert.Equal("postgres", session.Database);
    }

    [Fact]
    public async Task A_database_that_the_role_may_not_connect_to_is_passed_over()
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var (closed, role) = (fixture.Target(), $"stranger_{Guid.NewGuid().ToString("N")[..8]}");
        await fixture.ExecuteAsync($"CREATE DATABASE \"{closed.Name}\"");
        await fixture.ExecuteAsync($"REVOKE CONNECT ON DATABASE \"{closed.Name}\" FROM PUBLIC; CREATE ROLE {role} LOGIN PASSWORD 'stranger'");
        var settings = new NpgsqlConnectionStringBuilder(closed.ConnectionString) { Username = role, Password = "stranger" };

        await using (var session = await MaintenanceSession.OpenAsync(new(settings.ConnectionString, "TEST"), [], Cancelled))
        {
            Assert.Equal("postgres", session.Database);
        }

        var refused = await Assert.ThrowsAsync<BackupException>(
            () => MaintenanceSession.OpenAsync(new(settings.ConnectionString, "TEST"), ["postgres", "template1"], Cancelled));

        Assert.Equal(
            "The server has no other database to connect to meanwhile, neither the configured one nor 'postgres' or 'template1'. "
            + $"It answered: permission denied for database \"{closed.Name}\" (42501).",
            refused.Message);
        await fixture.ExecuteAsync($"DROP ROLE {role}");
    }
}
