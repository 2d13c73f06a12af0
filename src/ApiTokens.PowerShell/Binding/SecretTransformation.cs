using System.Collections;
using System.Management.Automation;
using System.Security;

namespace ApiTokens.PowerShell.Binding;

/// <summary>Takes secrets: SecureStrings, or objects with a property Secret, such as a token that was issued or a row of a scanner's JSON.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SecretTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object? input = BlankAsNullAttribute.Unwrap(inputData);
        IEnumerable items = input is IList list ? list : new[] { inputData };
        return items.Cast<object?>().Select(One).ToArray();
    }

    // A text as it is would stand in the history and in the transcript, and PowerShell's own message would repeat it.
    private static SecureString One(object? item) => BlankAsNullAttribute.Unwrap(item) switch
    {
        SecureString secret => secret,
        null or string => throw Refused(),
        _ => BlankAsNullAttribute.Unwrap(PSObject.AsPSObject(item).Properties["Secret"]?.Value) switch
        {
            SecureString secret => secret,
            string { Length: > 0 } text => SecretText.ToSecureString(text),
            _ => throw Refused(),
        },
    };

    private static ArgumentTransformationMetadataException Refused() =>
        new("A secret is a SecureString, or an object with a property Secret. Give a file of texts with -Path, or Read-Host -AsSecureString.");
}
