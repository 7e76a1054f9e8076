using System.Globalization;

namespace ProdReady.Standalone.Stack;

/// <summary>Where the gateway listens.</summary>
public static class GatewayPort
{
    private const int Default = 8080;

    /// <summary><c>GATEWAY_PORT</c>, or 8080; 0 takes a free one.</summary>
    /// <exception cref="StackException">It is not a port.</exception>
    public static int FromEnvironment()
    {
        var value = Environment.GetEnvironmentVariable("GATEWAY_PORT");
        if (string.IsNullOrWhiteSpace(value))
        {
            return Default;
        }

        return int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= ushort.MaxValue
            ? port
            : throw new StackException($"GATEWAY_PORT is {value}, which is not a port. Example: GATEWAY_PORT=8081 (0 takes a free one)");
    }

    /// <summary>What to say where another program has it.</summary>
    public static StackException Taken(int port) => new(
        $"Port {port} is taken by another program. Stop it, or choose another port for the gateway: GATEWAY_PORT={port + 1} ./prodready up");
}
