namespace ApiTokens.Operations;

/// <summary>
/// Limits how many operations run at once on a connection. Once the service has rejected the credential, no more are sent:
/// they would be rejected too, and many rejections can lock an account.
/// </summary>
internal sealed class ConnectionGate(int throttleLimit)
{
    public SemaphoreSlim Slots { get; } = new(throttleLimit);

    public ApiTokenException? CredentialError { get; set; }
}
