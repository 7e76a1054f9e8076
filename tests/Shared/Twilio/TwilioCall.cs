namespace ProdReady.Testing;

/// <summary>A request to send a message, as <see cref="TwilioFake"/> received it.</summary>
/// <param name="To">The recipient.</param>
/// <param name="Sender">The number or the messaging service.</param>
/// <param name="Body">The text.</param>
/// <param name="At">When it came, by the fake's clock.</param>
/// <param name="Sid">The message's id, unless the request was refused or met a fault.</param>
public sealed record TwilioCall(string? To, string? Sender, string? Body, DateTimeOffset At, string? Sid);
