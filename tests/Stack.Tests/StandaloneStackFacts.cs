using System.Collections.Concurrent;
using ProdReady.Standalone.Processes;
using ProdReady.Standalone.Stack;

namespace ProdReady.Stack.Tests;

/// <summary>The suite on <see cref="StandaloneStack"/>.</summary>
public sealed partial class StandaloneStackFacts(StandaloneStackFixture fixture)
    : StackFacts(fixture), IClassFixture<StandaloneStackFixture>;

public sealed class StandaloneStackFixture : StackFixture
{
    /// <summary>What the parts have printed so far.</summary>
    public ConcurrentQueue<LogLine> Output { get; } = new();

    protected override async Task<IRunningStack> StartAsync(
        IReadOnlyDictionary<string, string?> environment, CancellationToken cancellationToken)
    {
        var state = Path.Combine(Path.GetTempPath(), $"prodready-stack-{Guid.NewGuid():N}");
        var stack = await StandaloneStack.StartAsync(
            new()
            {
                StateDirectory = state,
                Durable = false,
                // As in production, so that what they say about a request can be read
                Environment = new Dictionary<string, string?>(environment) { ["Logging__Console__Format"] = "Json" },
                Output = Output.Enqueue,
            },
            cancellationToken);
        return new RunningStack(stack, state);
    }

    private sealed class RunningStack(StandaloneStack stack, string state) : IRunningStack
    {
        public StackDescription Description => stack.Description;

        public string StateDirectory => state;

        public Task<Uri> SecondGatewayAsync(CancellationToken cancellationToken) => stack.StartGatewayReplicaAsync(cancellationToken);

        public async ValueTask DisposeAsync()
        {
            await stack.DisposeAsync();
            Directory.Delete(state, recursive: true);
        }
    }
}
