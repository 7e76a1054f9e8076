using System.Diagnostics;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Archives;

/// <summary>Backups outlive this program: others read them.</summary>
public sealed class OtherProgramsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("prodready-archives-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("zstd", "zstd", 0)]
    [InlineData("zstd", "zstd", 3_500_000)]
    [InlineData("gzip", "gunzip", 0)]
    [InlineData("gzip", "gunzip", 3_500_000)]
    public async Task What_is_compressed_is_a_file_of_that_format(string compression, string program, int size)
    {
        Assert.SkipUnless(await CanRunAsync($"{program} --version"), $"{program} is not installed");
        using var codec = TestArchives.Codec(null, compression);
        var content = TestArchives.Content(size);
        await File.WriteAllBytesAsync(Path("file"), (await codec.WriteAsync(content)).Bytes, TestContext.Current.CancellationToken);

        Assert.Equal(content, await RunAsync($"{program} -d -c < '{Path("file")}'"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData((1024 * 1024) - 40 - 16)]
    [InlineData((1024 * 1024) - 40 - 16 + 1)]
    [InlineData(2_500_000)]
    public async Task The_decryptor_of_the_documentation_decrypts(int size)
    {
        Assert.SkipUnless(await CanRunAsync("python3 -c 'import cryptography'"), "python3 or its package cryptography is not installed");
        var text = await File.ReadAllTextAsync(System.IO.Path.Combine(Checkout.Directory, "docs/backup-format.md"), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path("decrypt.py"), text.Split("```python\n")[1].Split("```")[0], TestContext.Current.CancellationToken);
        using var codec = TestArchives.Codec($"{TestArchives.First},{TestArchives.Second}", "none");
        var content = TestArchives.Content(size);
        var (bytes, _) = await codec.WriteAsync(content);
        await File.WriteAllBytesAsync(Path(TestArchives.File), bytes, TestContext.Current.CancellationToken);
        var command = $"BACKUP_ENCRYPTION_KEY='{TestArchives.Second},{TestArchives.First}' python3 '{Path("decrypt.py")}' '{Path(TestArchives.File)}'";

        Assert.Equal(content, await RunAsync(command));

        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(Path(TestArchives.File), bytes, TestContext.Current.CancellationToken);
        Assert.False(await CanRunAsync(command));
    }

    private string Path(string file) => System.IO.Path.Combine(_folder.FullName, file);

    private static async Task<bool> CanRunAsync(string command)
    {
        using var process = Start($"{command} >/dev/null");
        await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return process.ExitCode == 0;
    }

    private static async Task<byte[]> RunAsync(string command)
    {
        using var process = Start(command);
        using var output = new MemoryStream();
        await process.StandardOutput.BaseStream.CopyToAsync(output, TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
        return output.ToArray();
    }

    private static Process Start(string command) => Process.Start(
        new ProcessStartInfo("/bin/sh", ["-c", $"{{ {command} ; }} 2>/dev/null"]) { RedirectStandardOutput = true })!;
}
