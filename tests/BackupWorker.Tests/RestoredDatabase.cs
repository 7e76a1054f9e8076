namespace ProdReady.BackupWorker.Tests;

/// <summary>A database that a restore created, or was to create. Its name may hold anything.</summary>
internal sealed class RestoredDatabase(string name, string connectionString, BackupsFixture fixture) : IAsyncDisposable
{
    public string Name { get; } = name;

    public string ConnectionString { get; } = connectionString;

    public async ValueTask DisposeAsync() =>
        await fixture.ExecuteAsync($"DROP DATABASE IF EXISTS \"{Name.Replace("\"", "\"\"", StringComparison.Ordinal)}\" WITH (FORCE)");
}
