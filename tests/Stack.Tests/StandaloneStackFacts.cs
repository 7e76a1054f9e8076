using ProdReady.Standalone.Stack;

namespace ProdReady.Stack.Tests;

/// <summary>The suite on <see cref="StandaloneStack"/>.</summary>
public sealed class StandaloneStackFacts(StandaloneStackFixture fixture) : StackFacts(fixture), IClassFixture<StandaloneStackFixture>;

public sealed class StandaloneStackFixture : StackFixture
{
    protected override async Task<IRunningStack> StartAsync(
        IReadOnlyDictionary<string, string?> environment, CancellationToken cancellationToken)
    {
        var state = Path.Combine(Path.GetTempPath(), $"prodready-stack-{Guid.NewGuid():N}");
        var stack = await StandaloneStack.StartAsync(
            new() { StateDirectory = state, Durable = false, Environment = environment }, cancellationToken);
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
