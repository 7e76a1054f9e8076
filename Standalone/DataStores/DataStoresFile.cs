using System.Text.Json;
using ProdReady.Standalone.Stack;

namespace ProdReady.Standalone.DataStores;

/// <summary>Where the data stores of the command <c>data-stores</c> are: a file that exists while they take connections.</summary>
/// <param name="StateDirectory">The stack's folder.</param>
public sealed record DataStoresFile(string StateDirectory)
{
    private string Path => System.IO.Path.Combine(StateDirectory, "data-stores.json");

    /// <summary>The addresses, or <see langword="null"/> where no data stores run.</summary>
    public async Task<DataStoreAddresses?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var file = File.OpenRead(Path);
            return await JsonSerializer.DeserializeAsync<DataStoreAddresses>(file, cancellationToken: cancellationToken);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Removes what a killed process has left.</summary>
    public void Delete()
    {
        if (Directory.Exists(StateDirectory))
        {
            File.Delete(Path);
        }
    }

    internal async Task WriteAsync(DataStoreAddresses addresses, CancellationToken cancellationToken)
    {
        var pending = Path + ".new";
        await Secret.WriteFileAsync(pending, JsonSerializer.Serialize(addresses), cancellationToken);
        File.Move(pending, Path, overwrite: true);
    }
}
