using System.Security.Cryptography;
using System.Text;

namespace ProdReady.Standalone.Stack;

/// <summary>What a stack's data stores keep between runs where they are containers.</summary>
/// <remarks>
/// All of it hangs on one file in the stack's folder, so that its lock holds for the volumes too: two servers on one volume destroy it. A Postgres
/// takes no other password than the one that its volume was made with: without the file there are new volumes, and no old one that refuses.
/// A copy of the folder has volumes of its own.
/// </remarks>
/// <param name="PostgresPassword">The superuser's.</param>
/// <param name="VolumePrefix">What the volumes' names begin with.</param>
public sealed record ContainerStores(string PostgresPassword, string VolumePrefix)
{
    /// <summary>Those of a stack; new ones where it has none. Its lock must be held.</summary>
    public static async Task<ContainerStores> OpenAsync(StackState state, CancellationToken cancellationToken)
    {
        var directory = Path.TrimEndingDirectorySeparator(state.Directory);
        var file = Path.Combine(directory, "containers.password");
        if (!File.Exists(file))
        {
            Directory.CreateDirectory(directory);
            var pending = file + ".new";
            await Secret.WriteFileAsync(pending, Secret.Create(), cancellationToken);
            File.Move(pending, file, overwrite: true);
        }

        var password = await File.ReadAllTextAsync(file, cancellationToken);
        var name = SHA256.HashData(Encoding.UTF8.GetBytes($"{directory}\n{password}"));
        return new(password, $"prodready-{Convert.ToHexStringLower(name)[..10]}-");
    }
}
