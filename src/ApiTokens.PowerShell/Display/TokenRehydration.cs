using System.Management.Automation;
using System.Security;
using ApiTokens.Audit;
using ApiTokens.Leaks;
using ApiTokens.PowerShell.Binding;

namespace ApiTokens.PowerShell.Display;

/// <summary>Converts deserialized objects of Import-Clixml, jobs or remoting to tokens and findings.</summary>
public sealed class TokenRehydration : PSTypeConverter
{
    /// <inheritdoc/>
    public override bool CanConvertFrom(object sourceValue, Type destinationType) => From(sourceValue, destinationType) is not null;

    /// <inheritdoc/>
    public override object ConvertFrom(object sourceValue, Type destinationType, IFormatProvider formatProvider, bool ignoreCase) =>
        From(sourceValue, destinationType)
            ?? throw new PSInvalidCastException($"The object does not have the properties of a {destinationType.Name}.");

    /// <inheritdoc/>
    public override bool CanConvertTo(object sourceValue, Type destinationType) => false;

    /// <inheritdoc/>
    public override object ConvertTo(object sourceValue, Type destinationType, IFormatProvider formatProvider, bool ignoreCase) =>
        throw new PSInvalidCastException();

    // A deserialized FoundToken stays as it is: as a token, it would lose the evidence that Remove-ApiToken needs.
    // The types file specifies this class as the target type, because it cannot refer to types of the module's load context. Only
    // objects that were serialized from these types are converted.
    private static object? From(object source, Type destination)
    {
        if (source is not PSObject value
            || value.TypeNames.Contains($"Deserialized.{typeof(FoundToken).FullName}")
            || Known().FirstOrDefault(known => value.TypeNames.Contains($"Deserialized.{known.FullName}")) is not { } type
            || (destination != typeof(TokenRehydration) && destination != type && !destination.IsAssignableFrom(type)))
        {
            return null;
        }

        if (type == typeof(TokenFinding))
        {
            return Finding(value);
        }

        ApiToken? token = new TokenReader(value).ReadToken();
        return token is null || type == typeof(ApiToken) ? token : new TokenReader(value).Value(nameof(PlainTextToken.Secret)) switch
        {
            SecureString secret when type == typeof(IssuedToken) => new IssuedToken(token, secret),
            string secret when type == typeof(PlainTextToken) => new PlainTextToken(token, secret),
            _ => null,
        };
    }

    // Not a field, because the types file creates this class before the library can be loaded. A deserialized
    // IssuedToken also has the type name of its base class, so the derived classes come first.
    private static Type[] Known() => [typeof(IssuedToken), typeof(PlainTextToken), typeof(ApiToken), typeof(TokenFinding)];

    private static TokenFinding? Finding(PSObject value) =>
        Enum.TryParse(Text(value, nameof(TokenFinding.Severity)), out FindingSeverity severity)
        ? new TokenFinding
        {
            RuleId = Text(value, nameof(TokenFinding.RuleId)),
            Severity = severity,
            Service = Text(value, nameof(TokenFinding.Service)),
            Account = Text(value, nameof(TokenFinding.Account)),
            BaseUri = new TokenReader(value).Address,
            Connection = Text(value, nameof(TokenFinding.Connection)),
            Id = Text(value, nameof(TokenFinding.Id)),
            Name = Text(value, nameof(TokenFinding.Name)),
            Message = Text(value, nameof(TokenFinding.Message)),
            RecommendedAction = Text(value, nameof(TokenFinding.RecommendedAction)),
            WaivedBy = new TokenReader(value).Text(nameof(TokenFinding.WaivedBy)),
            WaivedUntil = new TokenReader(value).TryReadTime(nameof(TokenFinding.WaivedUntil), out DateTimeOffset? until) ? until : null,
            WaiverReason = new TokenReader(value).Text(nameof(TokenFinding.WaiverReason)),
            Token = value.Properties[nameof(TokenFinding.Token)]?.Value switch
            {
                PSObject { BaseObject: ApiToken known } => known,
                ApiToken known => known,
                PSObject other => new TokenReader(other).ReadToken(),
                _ => null,
            },
        }
        : null;

    private static string Text(PSObject value, string property) => new TokenReader(value).Text(property) ?? string.Empty;
}
