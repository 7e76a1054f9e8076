using System.Net.Sockets;
using System.Security.Authentication;

namespace ProdReady.Webhooks.Delivery.Sending;

/// <summary>Says in a sentence why there was no answer.</summary>
internal static class TransportError
{
    public static string Describe(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case AddressRefusedException:
                    return cause.Message;
                case SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData }:
                    return "Its host name cannot be resolved.";
                case SocketException { SocketErrorCode: SocketError.ConnectionRefused }:
                    return "It refused the connection.";
                case SocketException { SocketErrorCode: SocketError.ConnectionReset }:
                    return "It reset the connection.";
                case AuthenticationException:
                    return $"TLS failed: {cause.Message}";
            }
        }

        return exception is HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded }
            ? "It closed the connection without an answer."
            : exception is HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded }
                ? "The headers of its answer are too long."
                : exception.Message;
    }
}
