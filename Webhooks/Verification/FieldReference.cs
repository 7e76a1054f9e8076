using System.Diagnostics.CodeAnalysis;

namespace ProdReady.Webhooks.Verification;

/// <summary>One place in a request: <c>header:X-Event</c>, <c>form:MessageSid</c>, or a JSON pointer (RFC 6901) into the body.</summary>
internal sealed record FieldReference
{
    private FieldReference()
    {
    }

    public string? Header { get; private init; }

    public string? Form { get; private init; }

    public JsonPointer? Pointer { get; private init; }

    public static FieldReference OfHeader(string name) => new() { Header = name };

    public static FieldReference OfPointer(string pointer) =>
        TryParse(pointer, out var reference) ? reference : throw new ArgumentException($"'{pointer}' is no JSON pointer", nameof(pointer));

    public static bool TryParse(string text, [NotNullWhen(true)] out FieldReference? reference)
    {
        reference = text switch
        {
            ['h', 'e', 'a', 'd', 'e', 'r', ':', .. var name] when IsToken(name) => new FieldReference { Header = name },
            ['f', 'o', 'r', 'm', ':', .. { Length: > 0 } name] => new FieldReference { Form = name },
            _ => JsonPointer.TryParse(text, out var pointer) ? new FieldReference { Pointer = pointer } : null,
        };
        return reference is not null;
    }

    /// <remarks>A header's name, RFC 9110 section 5.6.2.</remarks>
    public static bool IsToken(string name) =>
        name.Length > 0 && name.All(character => char.IsAsciiLetterOrDigit(character) || "!#$%&'*+-.^_`|~".Contains(character));
}
