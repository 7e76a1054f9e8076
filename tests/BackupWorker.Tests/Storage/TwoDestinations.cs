using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Storage;
using ProdReady.BackupWorker.Storage.Folders;

namespace ProdReady.BackupWorker.Tests.Storage;

/// <summary>The fixture's folder, called near, and another one, called far, whose calls can fail.</summary>
internal static class TwoDestinations
{
    public static string FarFolder(this BackupsFixture fixture) => Path.Combine(fixture.Root, "far");

    /// <summary>Starts the service on both.</summary>
    /// <param name="fixture">The database and the folders.</param>
    /// <param name="fails">Whether a step of a file fails in the far one; it may also throw what it likes.</param>
    /// <param name="tools">Another folder of PostgreSQL's programs.</param>
    /// <param name="settings">Further settings.</param>
    public static WebApplicationFactory<BackupsOptions> StartOnTwo(
        this BackupsFixture fixture, Func<string, string, bool> fails, string? tools = null, params (string Key, string Value)[] settings) =>
        fixture.Start(
            services => services.AddSingleton(new BackupDestinations(
            [
                new FolderStorage("near", fixture.Directory, NullLogger<FolderStorage>.Instance),
                new FaultyStorage(new FolderStorage("far", fixture.FarFolder(), NullLogger<FolderStorage>.Instance), fails),
            ])),
            tools,
            settings: settings);
}
