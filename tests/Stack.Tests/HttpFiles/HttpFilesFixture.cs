using System.Security.Cryptography;
using ProdReady.Standalone.Stack;

namespace ProdReady.Stack.Tests.HttpFiles;

/// <summary>A stack as <c>./prodready up</c> starts it, with no settings but the one that webhooks.http asks for.</summary>
public sealed class HttpFilesFixture : IAsyncLifetime
{
    private readonly string _state = Path.Combine(Path.GetTempPath(), $"prodready-http-{Guid.NewGuid():N}");
    private StandaloneStack? _stack;

    /// <summary>The secret of the source <c>gitlab</c>.</summary>
    public string GitlabSecret { get; } = RandomNumberGenerator.GetHexString(32);

    /// <summary>The running stack.</summary>
    public StackDescription Stack => _stack!.Description;

    public async ValueTask InitializeAsync() => _stack = await StandaloneStack.StartAsync(
        new()
        {
            StateDirectory = _state,
            Durable = false,
            Environment = new Dictionary<string, string?>
            {
                ["Webhooks__Sources__gitlab__Secret"] = GitlabSecret,
                // A first start would make up for the night before, in between
                ["BACKUP_SCHEDULE"] = "off",
                ["BACKUP_DRILL_SCHEDULE"] = "off",
            },
        },
        TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_stack is not null)
        {
            await _stack.DisposeAsync();
            Directory.Delete(_state, recursive: true);
        }
    }
}
