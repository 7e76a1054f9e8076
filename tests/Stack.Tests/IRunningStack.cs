using ProdReady.Standalone.Stack;

namespace ProdReady.Stack.Tests;

/// <summary>A stack under test, whoever started it.</summary>
public interface IRunningStack : IAsyncDisposable
{
    /// <summary>Where everything is.</summary>
    StackDescription Description { get; }

    /// <summary>The folder that holds its <c>stack.json</c>.</summary>
    string StateDirectory { get; }

    /// <summary>A second gateway on the same data stores.</summary>
    Task<Uri> SecondGatewayAsync(CancellationToken cancellationToken);
}
