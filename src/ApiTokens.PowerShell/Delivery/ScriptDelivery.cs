using System.Management.Automation;
using System.Security;

namespace ApiTokens.PowerShell.Delivery;

/// <summary>Passes secrets to a script block of the user, which deploys them where they are used.</summary>
internal sealed class ScriptDelivery(PSCmdlet cmdlet, ScriptBlock script) : SecretDelivery
{
    private readonly HashSet<string> _deployed = new(StringComparer.Ordinal);

    protected override string Saved => "deployed";

    public override void Forget(string key) => _deployed.Remove(key);

    public override SecureString? Revert(string key, PSObject? old, SecureString? oldSecret)
    {
        if (!_deployed.Contains(key))
        {
            return null;
        }

        if (old is null || oldSecret is null)
        {
            throw NotReverted(
                "The old secret is not at hand, so -Deploy was not called with it. Where it is used, the new one is in place.");
        }

        try
        {
            ScriptCall.Invoke(cmdlet, script, old, oldSecret);
            return oldSecret;
        }
#pragma warning disable CA1031 // A script block can throw anything.
        catch (Exception e) when (e is not PipelineStoppedException)
#pragma warning restore CA1031
        {
            throw NotReverted($"-Deploy failed with the old secret: {ScriptCall.Clean(e.Message, oldSecret)}");
        }
    }

    protected override void SaveCore(PSObject item, SecureString secret, string key, string? replaces)
    {
        ScriptCall.Invoke(cmdlet, script, item, secret);
        _deployed.Add(key);
    }

    private static ApiTokenException NotReverted(string message) =>
        new(ErrorKind.InvalidOperation, message, advice: null, ErrorIds.SecretNotSaved);
}
