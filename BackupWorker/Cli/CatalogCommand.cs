using System.CommandLine;
using ProdReady.BackupWorker.Catalogue;

namespace ProdReady.BackupWorker.Cli;

/// <summary><c>catalog</c>.</summary>
internal static class CatalogCommand
{
    public static Command Create(Option<bool> json) =>
        new("catalog", "The copies of manifests in the database, which save reading them from storage. Storage alone decides what there is.")
        {
            Sub("rebuild", "Empties the catalogue and fills it from storage.", json, async (catalogue, token) => await catalogue.RebuildAsync(token)),
            Sub("check", "Compares the catalogue with storage, and changes nothing.", json, async (catalogue, token) => await catalogue.CheckAsync(token)),
        };

    private static Command Sub(
        string name, string description, Option<bool> json, Func<ManifestCatalogue, CancellationToken, Task<IReadOnlyList<CatalogueCounts>>> work)
    {
        var command = new Command(name, description);
        command.SetAction((result, cancellationToken) => CliAction.RunAsync(
            needsDatabase: true,
            async (host, token) =>
            {
                await CliHost.StartAsync(host, token);
                var counts = await work(host.Services.GetRequiredService<ManifestCatalogue>(), token);
                await host.StopAsync(CancellationToken.None);
                return await TellAsync(counts, result.GetValue(json));
            },
            cancellationToken));
        return command;
    }

    private static async Task<int> TellAsync(IReadOnlyList<CatalogueCounts> counts, bool json)
    {
        if (json)
        {
            Screen.WriteJson(counts);
        }
        else
        {
            Screen.WriteTable(
                ["Destination", "Manifests", "Equal", "Missing", "Stale", "Left over", "Different", "Unusable"],
                counts.Select(one => new[]
                {
                    one.Destination, Screen.Number(one.Manifests), Screen.Number(one.Equal), Screen.Number(one.Missing),
                    Screen.Number(one.Stale), Screen.Number(one.LeftOver), Screen.Number(one.Different), Screen.Number(one.Unusable),
                }));
        }

        return counts.Any(one => one.Different + one.Unusable > 0)
            ? await CliAction.FailAsync(
                ExitCode.Corrupt,
                "Manifests in storage are damaged, or are not the ones that were read before. 'verify' says which backups are affected.")
            : ExitCode.Ok;
    }
}
