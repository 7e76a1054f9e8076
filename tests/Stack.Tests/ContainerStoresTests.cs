using ProdReady.Standalone.Stack;

namespace ProdReady.Stack.Tests;

public sealed class ContainerStoresTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("prodready-containers-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_stack_finds_its_volumes_again_by_whatever_name_of_its_folder()
    {
        var first = await OpenAsync("stack");

        Assert.Matches("^prodready-[0-9a-f]{10}-$", first.VolumePrefix);
        Assert.Matches("^[0-9a-f]{64}$", first.PostgresPassword);
        Assert.Equal(first, await OpenAsync("stack/"));
        Assert.NotEqual(first.VolumePrefix, (await OpenAsync("other")).VolumePrefix);
    }

    /// <summary>Each has a lock of its own.</summary>
    [Fact]
    public async Task A_copy_of_the_folder_has_volumes_of_its_own()
    {
        var original = await OpenAsync("stack");
        Directory.CreateDirectory(Path.Combine(_folder, "copy"));
        File.Copy(PasswordFile("stack"), PasswordFile("copy"));

        Assert.NotEqual(original.VolumePrefix, (await OpenAsync("copy")).VolumePrefix);
    }

    /// <summary>Postgres would refuse a new password on the old one.</summary>
    [Fact]
    public async Task Without_its_password_a_stack_has_new_volumes()
    {
        var before = await OpenAsync("stack");

        File.Delete(PasswordFile("stack"));

        Assert.NotEqual(before.VolumePrefix, (await OpenAsync("stack")).VolumePrefix);
    }

    [Fact]
    public async Task Only_its_owner_can_read_the_password()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has other rights");
        await OpenAsync("stack");

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(PasswordFile("stack")));
    }

    private string PasswordFile(string stack) => Path.Combine(_folder, stack, "containers.password");

    private Task<ContainerStores> OpenAsync(string stack) => ContainerStores.OpenAsync(new(Path.Combine(_folder, stack)), Cancellation);
}
